# SPDX-License-Identifier: GPL-2.0
# ftrace contract: when ftrace has died, and unregistering fails, nothing is freed that it may still call.
# file: core.inc
# timeout: 120
# boot: own
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
core_begin
V=$CORE/verify
insmod ./kmend_value.ko && insmod ./kmend_cmdline.ko && insmod ./core_break.ko || bail "a module cannot be loaded"
ok "a patch is applied" set_patch value 1
ok "ftrace is told that it is broken" sh -c "echo kill >/proc/core_break"
is "$(cat $TARGET/value)" 2 "the patch is in effect"
is "$(cat $CORE/patches/value/objects/core_target/target_value,1/live)" 1 "and live"
ok "that is proved" sh -c "echo 1 >$V/run"
like "$(cat $V/event)" '^value: KM524 ftrace has shut itself down' "what has happened is told"
refused_because "no other patch can be applied" cmdline 1 '^KM51[01] '
is "$(cat $CORE/patches/cmdline/state)" loaded "it stays loaded"
is "$(cat $TARGET/value)" 2 "the first is in effect"

set_patch value 0
wait_until 5 in_state value loaded
refused "the patch is not gone" in_state value loaded
like "$(cat $CORE/patches/value/last_error)" '^KM514 ' "it says why"
refused_because "asking again changes nothing" value 1 '^KM514 '
before=$(cat $TARGET/value)
for i in $(seq 20); do
	echo 1000 >$TARGET/spin
done
is "$(cat $TARGET/value)" "$before" "its function is called as before"
refused "its module stays" rmmod kmend_value
refused "and its target" rmmod core_target
refused "and the core" rmmod kmend
ok "the others can go" rmmod kmend_cmdline
refused "so does the core, still" rmmod kmend
is "$(cat $TARGET/value)" "$before" "its function is called as before"
rmmod core_break
done_testing
