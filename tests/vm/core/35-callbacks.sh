# SPDX-License-Identifier: GPL-2.0
# A patch's callbacks: each exactly once and in order, also when the transition is taken back; one
# that fails refuses the apply; all of it with the machine running and the core's files readable.
# file: core.inc
# timeout: 120
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
core_begin
P=$CORE/patches/callbacks
T=$CORE/transition
ARGS=/sys/module/kmend_callbacks/parameters

# told WHAT DESCRIPTION: the callbacks since the last look
told()
{
	is "$(sed 's/^-$//' $ARGS/told)" "$1" "$2"
	printf - >$ARGS/told
}

# running TEXT: that callback runs now
running()
{
	[ "$(cat $T/callback)" = "$1" ]
}

sleeper()
{
	echo 0 >$TARGET/gate
	cat $TARGET/sleep >/tmp/slept &
	sleeper=$!
	sleep 0.2
}

release()
{
	echo 1 >$TARGET/gate
	wait $sleeper
}

# fault NAME REGEX: the module with this fault is refused, and the log says why
fault()
{
	refused "callbacks with the fault '$1' are refused" insmod ./kmend_callbacks.ko fault="$1"
	like "$(dmesg | grep 'kmend: ' | tail -n 1)" "$2" "$1: says why"
}

fault outside 'callbacks: KM502 b.c: its pre_revert callback is not in the patch module'
fault data 'callbacks: KM502 b.c: its pre_revert callback is not in the patch module'
fault none 'callbacks: KM502 c.c: its callbacks are not what it announces'
fault events 'callbacks: KM502 c.c: its callbacks are not what it announces'
fault unknown-event 'callbacks: KM502 c.c: its callbacks are not what it announces'
fault reserved 'callbacks: KM502 a.c: its callbacks are not what it announces'
fault object-name "callbacks: KM502 callbacks 0: the object's name"
fault source-name "callbacks: KM502 callbacks 0: the source's name"
fault no-object 'callbacks: KM504 module no_such_module'
fault many 'KM502 .* number of callbacks'
fault beyond-module 'KM502 .* not in the module'
fault null 'KM502 .* not in the module'
is "$(ls $CORE/patches)" "" "nothing of all this is left"

ok "the patch registers" insmod ./kmend_callbacks.ko
told "" "which calls nothing"
is "$(ls $P/callbacks | tr '\n' ' ')" "0 1 2 " "its callbacks can be seen"
is "$(cat $P/callbacks/1/object)" core_target "their object"
is "$(cat $P/callbacks/1/source)" b.c "their file"
is "$(cat $P/callbacks/1/pre_apply)" pre_apply_b "pre_apply"
is "$(cat $P/callbacks/1/post_revert)" post_revert_b "post_revert"
is "$(cat $P/callbacks/2/pre_apply)" "" "a file without a pre_apply"
refused "an object with mere callbacks cannot be unloaded" rmmod core_target

ok "it is applied" set_patch callbacks 1
told "pre_apply:a.c pre_apply:b.c post_apply:a.c post_apply:b.c" "both before, then both after"
is "$(cat $P/state)" live "it is live"
ok "applying again changes nothing" set_patch callbacks 1
told "" "and calls nothing"
ok "it is reverted" set_patch callbacks 0
told "pre_revert:b.c pre_revert:a.c post_revert:c.c post_revert:b.c post_revert:a.c" "in reverse order"
is "$(cat $P/state)" loaded "it is loaded"
ok "reverting again changes nothing" set_patch callbacks 0
told "" "and calls nothing"

printf b.c >$ARGS/fail
echo 1 >$TARGET/gate
said=$({ echo 1 >$P/enabled; } 2>&1)
like "$said" "No such device" "a pre_apply that fails refuses the apply with its errno"
told "pre_apply:a.c pre_apply:b.c post_revert:a.c!" "only the one that succeeded is undone"
is "$(cat $P/state)" loaded "nothing has changed"
is "$(cat $P/last_error)" "KM516 pre_apply callback pre_apply_b of core_target (b.c) returned -19" "which one is said"
like "$(dmesg | tail -n 1)" "callbacks: KM516 pre_apply callback pre_apply_b" "in the log, too"
is "$(cat $TARGET/sleep)" 1 "the old function runs"
is "$(grep -c ' I ' /sys/kernel/tracing/enabled_functions)" 0 "ftrace redirects nothing"
is "$(cat $T/state)" idle "no transition is under way"
echo 5 >$ARGS/error
said=$({ echo 1 >$P/enabled; } 2>&1)
like "$said" "Invalid argument" "a positive value is a failure, too"
is "$(cat $P/state)" loaded "nothing has changed"
printf - >$ARGS/fail
printf - >$ARGS/told

sleeper
ok "an apply is held up by a task" set_patch callbacks 1
told "pre_apply:a.c pre_apply:b.c" "pre_apply has run, post_apply not"
ok "it is taken back" set_patch callbacks 0
told "post_revert:c.c! post_revert:b.c! post_revert:a.c!" "post_revert undoes it, and nothing else is called"
is "$(cat $P/state)" loaded "it is loaded"
ok "an apply is held up again" set_patch callbacks 1
printf - >$ARGS/told
release
ok "it comes to its end" wait_until 10 in_state callbacks live
told "post_apply:a.c post_apply:b.c" "post_apply runs when the straggler has gone"

sleeper
ok "a revert is held up" set_patch callbacks 0
told "pre_revert:b.c pre_revert:a.c" "pre_revert has run"
ok "it is taken back" set_patch callbacks 1
is "$(cat $P/state)" live "it is live"
told "post_apply:a.c! post_apply:b.c!" "post_apply follows"
ok "it is reverted once more" set_patch callbacks 0
printf - >$ARGS/told
release
is "$(cat /tmp/slept)" 2 "the straggler ran the new function to its end"
ok "the revert comes to its end" wait_until 10 in_state callbacks loaded
told "post_revert:c.c post_revert:b.c post_revert:a.c" "post_revert runs after that"

# A callback that takes its time holds up nobody else.
insmod ./kmend_value.ko || bail "kmend_value.ko cannot be loaded"
printf pre_apply:b.c >$ARGS/hold
echo 1 >$P/enabled &
writer=$!
ok "a callback takes its time" wait_until 10 running "pre_apply pre_apply_b"
is "$(cat $P/state)" applying "the patch is being applied"
is "$(cat $T/patch)" callbacks "which can be seen"
refused "its module cannot be unloaded" rmmod kmend_callbacks
refused_because "no other patch is applied meanwhile" value 1 '^KM509 patch callbacks is being applied'
is "$(cat $TARGET/sleep)" 1 "the old function runs"
ok "the apply is taken back meanwhile" set_patch callbacks 0
ok "and wanted after all" set_patch callbacks 1
printf - >$ARGS/hold
wait $writer
is "$?" 0 "the write ends"
is "$(cat $P/state)" live "the patch is live"
is "$(cat $T/callback)" "" "no callback runs"
told "pre_apply:a.c pre_apply:b.c post_apply:a.c post_apply:b.c" "each was called once"

printf post_revert:b.c >$ARGS/hold
echo 0 >$P/enabled &
writer=$!
ok "post_revert takes its time" wait_until 10 running "post_revert post_revert_b"
is "$(cat $P/state)" reverting "the patch is being reverted"
is "$(cat $TARGET/sleep)" 1 "the old function runs"
refused "its module cannot be unloaded" rmmod kmend_callbacks
refused_because "it cannot be applied" callbacks 1 '^KM509 it is being reverted already'
printf - >$ARGS/hold
wait $writer
is "$(cat $P/state)" loaded "it is loaded"
printf - >$ARGS/told

printf pre_apply:a.c >$ARGS/hold
{ echo 1 >$P/enabled; } 2>/tmp/said &
writer=$!
ok "pre_apply takes its time" wait_until 10 running "pre_apply pre_apply_a"
ok "the apply is taken back" set_patch callbacks 0
printf - >$ARGS/hold
wait $writer
like "$(cat /tmp/said)" "Operation canceled" "whoever asked for it is told"
told "pre_apply:a.c pre_apply:b.c post_revert:c.c! post_revert:b.c! post_revert:a.c!" "what was prepared is undone"
is "$(cat $P/state)" loaded "it is loaded"

insmod ./kmend_sleep.ko || bail "kmend_sleep.ko cannot be loaded"
ok "another patch takes its function" set_patch sleep 1
refused_because "it cannot be applied then" callbacks 1 '^KM506 target_sleep is changed by patch sleep already'
told "" "and none of its callbacks is called"
is "$(cat $P/state)" loaded "it is loaded"
ok "the other is reverted" set_patch sleep 0
ok "and goes" rmmod kmend_sleep
echo 0 >/proc/sys/kernel/ftrace_enabled
refused_because "without ftrace it cannot be applied" callbacks 1 '^KM510 '
echo 1 >/proc/sys/kernel/ftrace_enabled
told "pre_apply:a.c pre_apply:b.c post_revert:c.c! post_revert:b.c! post_revert:a.c!" "what was prepared is undone"
is "$(cat $P/state)" loaded "it is loaded"

printf post_apply:a.c >$ARGS/hold
echo 1 >$P/enabled &
writer=$!
ok "post_apply takes its time" wait_until 10 running "post_apply post_apply_a"
is "$(cat $TARGET/sleep)" 2 "the new function runs"
ok "the apply is taken back" set_patch callbacks 0
printf - >$ARGS/hold
wait $writer
is "$(cat $P/state)" loaded "it is reverted"
told "pre_apply:a.c pre_apply:b.c post_apply:a.c post_apply:b.c pre_revert:b.c pre_revert:a.c post_revert:c.c post_revert:b.c post_revert:a.c" "all are called, in order"

ok "it is applied" set_patch callbacks 1
printf - >$ARGS/told
printf pre_revert:b.c >$ARGS/hold
echo 0 >$P/enabled &
writer=$!
ok "pre_revert takes its time" wait_until 10 running "pre_revert pre_revert_b"
ok "the revert is taken back" set_patch callbacks 1
printf - >$ARGS/hold
wait $writer
is "$(cat $P/state)" live "it is live"
told "pre_revert:b.c pre_revert:a.c post_apply:a.c! post_apply:b.c!" "post_apply follows"
ok "it is reverted" set_patch callbacks 0
ok "its module is unloaded" rmmod kmend_callbacks

ok "a patch with callbacks alone registers" insmod ./kmend_callbacks.ko alone=1
ok "it is applied" set_patch callbacks 1
is "$(cat $P/state)" live "it is live"
is "$(cat $TARGET/sleep)" 1 "no function changes"
is "$(grep -c ' I ' /sys/kernel/tracing/enabled_functions)" 0 "ftrace redirects nothing"
ok "it is reverted" set_patch callbacks 0
told "pre_apply:a.c pre_apply:b.c post_apply:a.c post_apply:b.c pre_revert:b.c pre_revert:a.c post_revert:c.c post_revert:b.c post_revert:a.c" "all are called, in order"
ok "its module is unloaded" rmmod kmend_callbacks
ok "so is the other" rmmod kmend_value
core_end
