# SPDX-License-Identifier: GPL-2.0
# What the core does can be traced; and calls are counted, unless that is turned off.
# file: core.inc
# timeout: 120
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
core_begin
for name in value rival both sleep; do
	insmod ./kmend_$name.ko || bail "kmend_$name.ko cannot be loaded"
done
insmod ./core_break.ko || bail "core_break.ko cannot be loaded"
TRACING=/sys/kernel/tracing
EVENTS=$TRACING/events/kmend
T=$CORE/transition

# traced: what has been traced since the last call, without the task and the time
traced()
{
	sed -n 's/^.*[0-9]: kmend_/kmend_/p' $TRACING/trace >/tmp/traced
	echo >$TRACING/trace
}

# event REGEX DESCRIPTION: exactly one event of that
event()
{
	is "$(grep -Ec "^$1\$" /tmp/traced)" 1 "$2"
	[ "$(grep -Ec "^$1\$" /tmp/traced)" = 1 ] || note "$(cat /tmp/traced)"
}

none()
{
	is "$(grep -E "^$1" /tmp/traced)" "" "$2"
}

is "$(cd $EVENTS && echo kmend_*)" \
	"kmend_apply kmend_lost kmend_refusal kmend_revert kmend_straggler kmend_transition_begin kmend_transition_end kmend_transition_pass" \
	"all events are there"
ok "they can be turned on" sh -c "echo 1 >$EVENTS/enable"
N='[1-9][0-9]*'

ok "a patch is applied" set_patch value 1
traced
event "kmend_transition_begin: patch=value on=1 patches=1 back=0" "its transition begins"
event "kmend_transition_pass: pass=1 stop_ns=$(cat $T/stop_ns) stragglers=0 result=0" "one pass does, with its stop"
event "kmend_apply: patch=value duration_ns=$(cat $T/duration_ns) pass=1" "it is live"
event "kmend_transition_end: patch=value back=0 elapsed_ns=$N passes=1" "it has ended"
is "$(sed 's/:.*//' /tmp/traced | tr '\n' ' ')" \
	"kmend_transition_begin kmend_transition_pass kmend_apply kmend_transition_end " "in this order, and nothing else"

refused "another patch of the function is refused" set_patch rival 1
traced
event "kmend_refusal: patch=rival code=KM506 err=-16 text=.*target_value.*" "which is traced"
is "$(sed -n 's/.* code=\(.*\) err=-16 text=\(.*\)/\1 \2/p' /tmp/traced)" \
	"$(cat $CORE/patches/rival/last_error)" "with what last_error says"
none 'kmend_(apply|revert|straggler|lost)' "nothing else was"
refused "a transaction that cannot be understood" sh -c "echo value >$CORE/transaction"
traced
event "kmend_refusal: patch= code=KM521 err=-22 text=.+" "is refused without a patch"

ok "it is reverted" set_patch value 0
traced
event "kmend_transition_begin: patch=value on=0 patches=1 back=0" "that begins"
event "kmend_revert: patch=value duration_ns=$(cat $T/duration_ns) pass=1" "and is traced"

echo 0 >$TARGET/gate
cat $TARGET/sleep >/tmp/slept &
sleeper=$!
sleep 0.2
ok "a task is inside of what changes" set_patch sleep 1
wait_until 10 [ "$(cat $T/tries)" -gt 1 ]
traced
event "kmend_straggler: pid=$sleeper comm=cat function=target_sleep.*" "the straggler is traced, once"
event "kmend_transition_pass: pass=1 stop_ns=$N stragglers=1 result=-11" "the first pass leaves it"
like "$(cat /tmp/traced)" "^kmend_transition_pass: pass=2 stop_ns=0 stragglers=1 result=-11" "so does the second, without a stop"
none 'kmend_apply' "the patch is not live"
ok "that is reversed" set_patch sleep 0
traced
event "kmend_transition_begin: patch=sleep on=0 patches=1 back=1" "the way back is"
event "kmend_revert: patch=sleep duration_ns=$N pass=$N" "so is the revert"
event "kmend_transition_end: patch=sleep back=1 elapsed_ns=$N passes=$N" "and the end"
echo 1 >$TARGET/gate
wait $sleeper

ok "two functions are redirected" set_patch both 1
traced
echo "nop target_value" >/proc/core_break
ok "a redirect is lost, and put back" sh -c "echo 1 >$CORE/verify/run"
traced
event "kmend_lost: patch=both function=target_value repaired=1 text=there is no call at its entry" "it is traced"
echo "junk target_value" >/proc/core_break
refused "another one cannot be put back" sh -c "echo 1 >$CORE/verify/run"
traced
event "kmend_lost: patch=both function=target_value repaired=0 text=there is other code at its entry" "which is traced as well"
echo "put target_value" >/proc/core_break
ok "it is put right by hand" sh -c "echo 1 >$CORE/verify/run"

ok "events are turned off" sh -c "echo 0 >$EVENTS/enable"
ok "a revert" set_patch both 0
traced
none kmend_ "leaves no trace then"

# calls: those of target_value() since the last apply
calls()
{
	cat $CORE/patches/value/objects/core_target/target_value,1/calls
}

C=$CORE/count_calls
is "$(cat $C)" 1 "calls are counted"
ok "a patch is applied" set_patch value 1
echo 1000 >$TARGET/spin
is "$(calls)" 1000 "each of them"
ok "that is turned off" sh -c "echo 0 >$C"
is "$(cat $C)" 0 "as the file says"
echo 1000 >$TARGET/spin
is "$(cat $TARGET/spin) $(calls)" "1000 1000" "calls are taken, and not counted"
ok "another apply" sh -c "echo 0 >$CORE/patches/value/enabled && echo 1 >$CORE/patches/value/enabled"
echo 1000 >$TARGET/spin
is "$(cat $TARGET/spin) $(calls)" "1000 0" "begins with 0, and stays there"
ok "it is turned on again" sh -c "echo 1 >$C"
echo 1000 >$TARGET/spin
is "$(calls)" 1000 "they are counted again"
refused "a strange value is refused" sh -c "echo some >$C"
ok "it is reverted" set_patch value 0

for name in value rival both sleep; do
	ok "kmend_$name is unloaded" rmmod kmend_$name
done
rmmod core_break
ok "the core can be unloaded" rmmod kmend
ok "and loaded without counters" insmod ./kmend.ko count_calls=0
is "$(cat $C)" 0 "nothing is counted"
insmod ./kmend_value.ko || bail "kmend_value.ko cannot be loaded"
ok "a patch is applied" set_patch value 1
echo 1000 >$TARGET/spin
is "$(cat $TARGET/spin) $(calls)" "1000 0" "calls are taken, and not counted"
ok "it is reverted" set_patch value 0
rmmod kmend_value
core_end
