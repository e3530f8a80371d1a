# SPDX-License-Identifier: GPL-2.0
# A task inside a function that changes keeps the old version, and is named; all others switch.
# file: core.inc
# timeout: 120
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
core_begin
insmod ./kmend_sleep.ko && insmod ./kmend_value.ko || bail "a patch cannot be loaded"
P=$CORE/patches/sleep
T=$CORE/transition

# sleeper: a task that waits in target_sleep() until the gate opens
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

sleeper
ok "writing to enabled succeeds" set_patch sleep 1
is "$(cat $P/state)" applying "the patch is being applied"
is "$(cat $P/enabled)" 1 "it is enabled"
is "$(cat $P/objects/core_target/target_sleep,1/live)" 1 "its function is live for all others"
cat $TARGET/sleep >/tmp/slept2 &
second=$!
sleep 0.2
is "$(cat $P/objects/core_target/target_sleep,1/calls)" 1 "one that comes now gets the new function"
is "$(cat $T/straggler_count)" 1 "which makes it no straggler"
is "$(cat $T/state)" applying "a transition is under way"
is "$(cat $T/patch)" sleep "of this patch"
is "$(cat $T/straggler)" "$sleeper cat target_sleep [core_target]" "the straggler is named"
like "$(cat $T/stragglers)" "^$sleeper	cat	target_sleep \[core_target\]	.*schedule.*, target_sleep \[core_target\], .*do_syscall_64" "with its stack"
like "$(cat $T/stops_ns)" '^[1-9][0-9]+$' "the machine was stopped once"
refused_because "no other patch is applied meanwhile" value 1 '^KM509 patch sleep is being applied'
refused "its module cannot be unloaded" rmmod kmend_sleep
tries=$(cat $T/tries)
sleep 1
ok "the core tries again" test "$(cat $T/tries)" -gt "$tries"
is "$(cat $P/state)" applying "it is still being applied"
./wait-state $P/state live 10 >/tmp/woken &
waiter=$!
sleep 0.2
release
wait $waiter
is "$?" 0 "poll wakes up"
is "$(cat /tmp/woken)" "woken 1" "once"
is "$(cat /tmp/slept)" 1 "the straggler ran the old function to its end"
wait $second
is "$(cat /tmp/slept2)" 2 "the other one the new function"
is "$(cat $P/state)" live "the patch is live"
is "$(cat $T/straggler_count)" 0 "no straggler is left"
is "$(cat $T/stragglers)" "" "nor listed"
like "$(cat $T/stops_ns)" '^[1-9][0-9]+$' "the machine was stopped no second time"
is "$(cat $T/straggler)" "" "nobody straggles"
is "$(cat $T/state)" idle "the transition is over"

sleeper
ok "a task sleeps in the new function while it is reverted" set_patch sleep 0
is "$(cat $P/state)" reverting "the patch is being reverted"
is "$(cat $P/enabled)" 0 "it is not enabled"
is "$(cat $P/objects/core_target/target_sleep,1/live)" 0 "its function is not live, but for it"
is "$(cat $T/straggler)" "$sleeper cat new_sleep [kmend_sleep]" "the straggler is named"
refused "its module cannot be unloaded" rmmod kmend_sleep
ok "the revert is reversed" set_patch sleep 1
is "$(cat $P/state)" live "the patch is live, with the straggler in the new function"
ok "it is reverted after all" set_patch sleep 0
is "$(cat $P/state)" reverting "it is being reverted again"
release
ok "the revert comes to its end" wait_until 10 in_state sleep loaded
is "$(cat /tmp/slept)" 2 "the straggler ran the new function to its end"
ok "the module is unloaded" rmmod kmend_sleep
ok "and loaded again" insmod ./kmend_sleep.ko

sleeper
ok "an apply is held up" set_patch sleep 1
is "$(cat $P/state)" applying "it is being applied"
ok "it is reversed" set_patch sleep 0
is "$(cat $P/state)" loaded "it is loaded, with the straggler inside the old function"
is "$(cat $T/state)" idle "the transition is over"
ok "another patch can be applied" set_patch value 1
is "$(cat $TARGET/value)" 2 "it is in effect"
ok "and reverted" set_patch value 0
release
is "$(cat /tmp/slept)" 1 "the straggler ran the old function"

# A straggler that sleeps without end in the new function must not be unloaded under its feet.
ok "the patch is applied" set_patch sleep 1
sleeper
ok "it is to be reverted" set_patch sleep 0
for _ in 1 2 3 4 5; do
	refused "its module stays" rmmod kmend_sleep
	sleep 0.1
done
kill $sleeper
release
wait_until 10 in_state sleep loaded
ok "it goes when nobody is inside" rmmod kmend_sleep

# slow_pair FILE: a task that waits between target_value() and target_other()
slow_pair()
{
	cat $TARGET/slow >"$1" &
	pairs="$pairs $!"
	sleep 0.2
}

# A task that calls two functions of a patch gets both old or both new.
insmod ./kmend_both.ko || bail "kmend_both.ko cannot be loaded"
pairs=''
echo 0 >$TARGET/gate
slow_pair /tmp/first
ok "a patch is applied while a task is between two calls" set_patch both 1
is "$(cat $T/straggler_count)" 1 "which straggles"
is "$(cat $TARGET/pair)" "4 4" "all others get the new functions"
slow_pair /tmp/second
slow_pair /tmp/third
ok "it is reversed, with two other tasks between two calls" set_patch both 0
is "$(cat $CORE/patches/both/state)" reverting "it is being reverted"
is "$(cat $T/straggler_count)" 2 "now these two straggle"
is "$(cat $TARGET/pair)" "1 1" "all others get the old functions"
slow_pair /tmp/fourth
ok "and that is reversed, too" set_patch both 1
is "$(cat $T/straggler_count)" 2 "two tasks have the old functions"
is "$(cat $TARGET/pair)" "4 4" "all others get the new functions"
echo 1 >$TARGET/gate
wait $pairs
ok "the patch is live when they have left" wait_until 10 in_state both live
is "$(cat /tmp/first /tmp/second /tmp/third /tmp/fourth | tr '\n' ',')" "1 1,4 4,4 4,1 1," \
	"each got two of a kind"
ok "it is reverted" set_patch both 0
ok "its module is unloaded" rmmod kmend_both
ok "so does the other" rmmod kmend_value
core_end
