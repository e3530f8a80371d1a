# SPDX-License-Identifier: GPL-2.0
# Order, cycles, conflicts and dependents; what is refused leaves kernel and disk as they were.
# file: daemon.inc
# timeout: 120
# shellcheck shell=sh disable=SC1091,SC2086
. ./daemon.inc
fresh

# unchanged DESCRIPTION COMMAND...: it is refused, and nothing has changed
unchanged()
{
	kernel_before=$(kernel_state)
	disk_before=$(disk_state)
	refused "$@"
	is "$(kernel_state)" "$kernel_before" "the kernel is as before"
	is "$(disk_state)" "$disk_before" "the disk is as before"
}

ok "a patch brings those it depends on" kmendctl apply loadavg
is "$(kernel_state)" "cmdline=live loadavg=live version=live " "all three are live"
is "$(sed -n 's/.*"name":"\(.*\)",/\1/p' $STATE/generations/1.json | tr '\n' ' ')" \
	"cmdline version loadavg " "in the order of their dependencies"

unchanged "one that others depend on is not reverted" kmendctl revert cmdline
code KM613
unchanged "a rival for the same function" kmendctl apply rival
code KM608
like "$tap_out" 'cmdline_proc_show' "it names the function"
unchanged "one that excludes a live one" kmendctl apply uptime
code KM607
unchanged "a missing dependency" kmendctl apply orphan
code KM605
like "$tap_out" 'orphan depends on not-installed' "it names both"
unchanged "a cycle" kmendctl apply loop-a
code KM606
like "$tap_out" 'loop-a -> loop-b -> loop-a' "it names every member"
unchanged "a name that is not in the catalog" kmendctl apply nothing-like-it
code KM601
if [ -d "$CATALOG/btrfs-replace" ]; then
	unchanged "a target module that is not loaded" kmendctl apply btrfs-replace
	code KM609
else
	skip "a target module that is not loaded" "this kernel has the fix of btrfs already"
fi
unchanged "what is not live cannot be reverted" kmendctl revert uptime
code KM623
unchanged "one good and one bad: none" kmendctl apply loadavg orphan
code KM605

ok "with its dependents" kmendctl revert --dependents cmdline
is "$(kernel_state)" "" "all are gone"
ok "no module is left" no_modules
ok "now the one that excludes it" kmendctl apply uptime
like "$(kmendctl status uptime)" 'overrides: KM211 proc_uptime_init: The file is there already\.' "its author's override is shown"
like "$(kmendctl status uptime)" 'risk: medium' "which raises its risk"
ok "also as JSON" sh -c 'kmendctl status --json uptime | grep -q "\"KM211 proc_uptime_init: "'
unchanged "and it is excluded in turn" kmendctl apply cmdline
code KM607
ok "revert" kmendctl revert uptime
done_testing
