# SPDX-License-Identifier: GPL-2.0
# A function has one owner: another patch, or the in-tree livepatch engine, is refused.
# file: core.inc
# timeout: 120
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
core_begin

klp_done()
{
	[ "$(cat /sys/kernel/livepatch/"$1"/transition)" = 0 ]
}

klp_gone()
{
	[ ! -e /sys/kernel/livepatch/"$1" ]
}

# klp_remove MODULE: disable, wait, unload
klp_remove()
{
	echo 0 >/sys/kernel/livepatch/"$1"/enabled
	wait_until 30 klp_gone "$1" && wait_until 10 rmmod "$1"
}

for name in value rival both cmdline; do
	insmod ./kmend_$name.ko || bail "kmend_$name.ko cannot be loaded"
done

ok "a patch is applied" set_patch value 1
refused_because "a second patch of its function is refused" rival 1 '^KM506 target_value .* patch value'
is "$(cat $CORE/patches/rival/state)" loaded "it stays loaded"
refused_because "so is one of two functions, one of them taken" both 1 '^KM506 target_value '
is "$(cat $TARGET/pair)" "2 1" "nothing of it is in effect"
ok "a patch of another function is applied beside it" set_patch cmdline 1
is "$(cat /proc/cmdline)" "patched by kmend" "it is in effect"
ok "it is reverted" set_patch cmdline 0
is "$(cat $TARGET/value)" 2 "the first is still in effect"
refused "an in-tree livepatch of the function is refused" insmod ./core_klp_value.ko
is "$(cat $TARGET/value)" 2 "the first is still in effect"
ok "the first is reverted" set_patch value 0
ok "now the second can be applied" set_patch rival 1
is "$(cat $TARGET/value)" 3 "it is in effect"
is "$(cat $CORE/patches/rival/last_error)" "" "its error is forgotten"
ok "it is reverted" set_patch rival 0

ok "an in-tree livepatch is applied" insmod ./core_klp_value.ko
ok "its transition ends" wait_until 30 klp_done core_klp_value
is "$(cat $TARGET/value)" 9 "it is in effect"
refused_because "a patch of its function is refused" value 1 \
	'^KM507 target_value .* in-tree livepatch core_klp_value'
refused_because "also when only its second function is taken" both 1 '^KM507 target_value '
is "$(cat $TARGET/pair)" "9 1" "only the livepatch is in effect"
ok "a patch of another function is applied beside it" set_patch cmdline 1
ok "it is reverted" set_patch cmdline 0
ok "the livepatch is removed" klp_remove core_klp_value
ok "the patch is applied after that" set_patch value 1
is "$(cat $TARGET/value)" 2 "it is in effect"
ok "it is reverted" set_patch value 0

# The in-tree transition waits for a task in the function that it changes.
echo 0 >$TARGET/gate
cat $TARGET/sleep >/tmp/slept &
sleep 0.2
ok "an in-tree livepatch is loaded" insmod ./core_klp_value.ko
refused "its transition goes on" klp_done core_klp_value
refused_because "meanwhile no patch is applied" cmdline 1 '^KM508 '
echo 1 >$TARGET/gate
wait
is "$(cat /tmp/slept)" 1 "the task leaves"
ok "the transition ends" wait_until 30 klp_done core_klp_value
ok "after it a patch is applied" set_patch cmdline 1
ok "it is reverted" set_patch cmdline 0
ok "the livepatch is removed" klp_remove core_klp_value

ok "a probe with a post handler is set" insmod ./core_kprobe.ko
refused_because "the probed function is refused" value 1 '^KM507 target_value '
ok "the probe is taken away" rmmod core_kprobe
ok "then the patch is applied" set_patch value 1
refused "and the probe is refused" insmod ./core_kprobe.ko
is "$(cat $TARGET/value)" 2 "the patch is in effect"
ok "it is reverted" set_patch value 0

is "$(grep -c ' I ' /sys/kernel/tracing/enabled_functions)" 0 "ftrace redirects nothing"
for name in value rival both cmdline; do
	ok "kmend_$name is unloaded" rmmod kmend_$name
done
core_end
