# SPDX-License-Identifier: GPL-2.0
# Callbacks that an author wrote into C files of the kernel and of a module: called in order, told
# what they need, one that refuses leaves everything as it was. And a C file that the patch adds.
# module: nlmon
# file: fixes.inc
# shellcheck shell=sh
. ./fixes.inc

# said TEXT: how often the log has it
said()
{
	dmesg | grep -c "$1"
}

ok "the patched module is loaded" modprobe nlmon
patch_begin authors
is "$(cat "$PATCH"/callbacks/*/object | sort | tr '\n' ' ')" "nlmon vmlinux " "callbacks in two objects"
echo 4242 >/proc/sys/kernel/panic
told=$({ echo 1 >"$PATCH/enabled"; } 2>&1) || true
like "$told" "Device or resource busy" "a callback refuses the apply"
like "$(cat "$PATCH/last_error")" "^KM516 pre_apply callback prepare_nlmon of nlmon \(drivers/net/nlmon.c\) returned -16" "which one is said"
ok "nothing has changed" in_state loaded
is "$(live)" 0 "no function is live"
is "$(wc -l </proc/version)" 1 "the old function runs"
echo 0 >/proc/sys/kernel/panic
undone=$(said "version: revert .*, undone")
patch_apply
# What was prepared before was undone where it came first.
is "$(sed -n 2p /proc/version)" "applies $((undone + 1))" "the kernel's file was prepared"
is "$(sed -n 3p /proc/version)" "authors of proc: 2 42" "code of a file that is new runs, as part of its folder"
is "$(said "nlmon: ready")" 1 "and the module's callback called"
refused "the module cannot be unloaded" rmmod nlmon
patch_revert
is "$(said "version: revert [0-9]")" $((undone + 1)) "after the revert another was called"
is "$(said "version: revert .*, undone")" "$undone" "which knows that this was no failure"
is "$(wc -l </proc/version)" 1 "the old function runs"
patch_apply
is "$(sed -n 2p /proc/version)" "applies $((undone + 2))" "the patch's variables live as long as its module"
patch_revert
ok "the module can be unloaded with the patch" sh -c 'rmmod kmend_authors && rmmod nlmon'
ok "and both be loaded again" sh -c 'modprobe nlmon && insmod ./authors.ko'
patch_end
