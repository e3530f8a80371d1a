# SPDX-License-Identifier: GPL-2.0
# What nobody commits in time is reverted, whatever has become of those who could.
# file: core.inc
# timeout: 180
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
core_begin
insmod ./kmend_value.ko && insmod ./kmend_rival.ko && insmod ./kmend_sleep.ko &&
	insmod ./kmend_callbacks.ko || bail "a patch cannot be loaded"
P=$CORE/patches/value

is "$(probation value seconds)" 0 "no probation unless asked for"
is "$(probation value state)" none "none is running"
ok "it is applied without" set_patch value 1
is "$(probation value state)" none "none is running then"
is "$(probation value left)" 0 "no time is left"
probation_refused "there is nothing to commit" value commit 1 '^KM533 it is not on probation \(none\)'
probation_refused "nor to extend" value extend 5 '^KM533 it is not on probation'
probation_refused "nor to reject" value reject 1 '^KM533 it is not on probation'
ok "a time for the next apply" probation value seconds 2
sleep 3
is "$(cat $P/state)" live "what was applied without stays"
is "$(cat $P/last_error)" "" "a request that is granted leaves no error"
ok "it is reverted" set_patch value 0

# It runs out
probation_refused "a probation of years is refused" value seconds 100000000 '^KM533 a probation of more'
refused "so is a word" probation value seconds soon
refused "and a negative time" probation value seconds -1
is "$(probation value seconds)" 2 "the time is as it was"
# The writer has nobody to act for it any more: it is killed at once
sh -c "echo 1 >$P/enabled; kill -9 \$\$" 2>/dev/null
is "$(cat $P/state)" live "it is applied"
is "$(cat $TARGET/value)" 2 "the new value"
is "$(probation value state)" running "probation runs"
like "$(probation value left)" '^[12]$' "with seconds left"
is "$(cat $P/probation/reason)" "" "there is no reason to revert"
refused "0 is no commit" probation value commit 0
refused "nor is a word" probation value commit please
ok "it is reverted with nobody acting" wait_until 10 in_state value loaded
is "$(cat $TARGET/value)" 1 "the old value"
is "$(probation value state)" expired "the time has run out"
is "$(probation value left)" 0 "none is left"
is "$(cat $P/last_error)" "KM530 nobody committed it in its 2 s of probation" "the last error tells"
is "$(probation value reason)" "$(cat $P/last_error)" "so does the reason"
like "$(dmesg | tail -n 3)" 'value: KM530 nobody committed' "and the kernel log"
probation_refused "then it is too late to commit" value commit 1 '^KM533 .*\(expired\)'
like "$(probation value reason)" '^KM530' "the reason stays"

# It is committed
ok "it is applied again" set_patch value 1
is "$(probation value state)" running "probation runs again"
is "$(probation value reason)" "" "the reason is gone"
ok "it is committed" probation value commit 1
is "$(probation value state)" committed "it is"
is "$(probation value left)" 0 "no time runs"
ok "once more changes nothing" probation value commit 1
sleep 3
is "$(cat $P/state)" live "it stays"
is "$(cat $TARGET/value)" 2 "in effect"
probation_refused "what is committed cannot be rejected" value reject 1 '^KM533 .*\(committed\)'
ok "but reverted" set_patch value 0
is "$(probation value state)" none "nothing is left of it"

# It is extended
ok "it is applied again" set_patch value 1
ok "extended" probation value extend 100
like "$(probation value left)" '^(100|99|9[0-9])$' "by that time"
ok "a smaller one" probation value extend 1
like "$(probation value left)" '^(100|9[0-9])$' "shortens nothing"
sleep 3
is "$(cat $P/state)" live "it outlives the first time"

# It is rejected
ok "it is rejected" probation value reject 1
ok "it is reverted" wait_until 10 in_state value loaded
is "$(probation value state)" rejected "because of that"
like "$(probation value reason)" '^KM532 rejected by task .+ \([0-9]+\)$' "by whom"

# A revert while it runs is a revert; one that is taken back begins anew
ok "it is applied again" set_patch value 1
ok "and reverted while on probation" set_patch value 0
is "$(probation value state)" none "its probation ends"
sleep 3
is "$(probation value state)" none "and nothing comes after it"
is "$(cat $P/last_error)" "" "without an error"

# Two at once
ok "the other one has more time" probation rival seconds 100
ok "it is applied" set_patch rival 1
ok "a third one, too" probation sleep seconds 1
ok "is applied" set_patch sleep 1
ok "the one is reverted" wait_until 10 in_state sleep loaded
is "$(cat $CORE/patches/rival/state)" live "the other is not"
is "$(probation rival state)" running "and still runs"
ok "it is committed" probation rival commit 1
ok "it is reverted by hand" set_patch rival 0

# Somebody is inside when time runs out
echo 1 >$TARGET/gate
ok "the third is applied" set_patch sleep 1
echo 0 >$TARGET/gate
cat $TARGET/sleep >/tmp/slept &
sleeper=$!
ok "time runs out" wait_until 10 in_state sleep reverting
is "$(probation sleep state)" expired "it is expired"
like "$(cat $CORE/patches/sleep/last_error)" '^KM530' "the last error tells"
sleep 1
is "$(cat $CORE/patches/sleep/state)" reverting "the revert waits"
echo 1 >$TARGET/gate
wait $sleeper
ok "and ends by itself" wait_until 10 in_state sleep loaded
is "$(cat /tmp/slept)" 2 "the sleeper came back from the new function"

# An apply that does not get through is not for ever
echo 0 >$TARGET/gate
cat $TARGET/sleep >/tmp/slept &
sleeper=$!
sleep 0.3
ok "somebody is in the old function" set_patch sleep 1
is "$(cat $CORE/patches/sleep/state)" applying "the apply waits"
is "$(probation sleep state)" running "its probation runs"
probation_refused "what is not live is not proven" sleep commit 1 '^KM533 it is not live yet'
ok "it is taken back when time runs out" wait_until 10 in_state sleep loaded
is "$(probation sleep state)" expired "that is why"
ok "a longer time" probation sleep seconds 6
ok "the apply waits again" set_patch sleep 1
sleep 3
echo 1 >$TARGET/gate
wait $sleeper
ok "it goes live" wait_until 10 in_state sleep live
ok "with its whole time before it" test "$(probation sleep left)" -ge 5

# A revert that is taken back
echo 0 >$TARGET/gate
cat $TARGET/sleep >/tmp/slept &
sleeper=$!
sleep 0.3
ok "a revert waits" set_patch sleep 0
is "$(probation sleep state)" none "probation has ended"
ok "it is taken back" set_patch sleep 1
is "$(cat $CORE/patches/sleep/state)" live "it is live again"
is "$(probation sleep state)" running "it is on probation again"
ok "it is committed" probation sleep commit 1
ok "a revert waits" set_patch sleep 0
ok "it is taken back" set_patch sleep 1
is "$(probation sleep state)" committed "what is committed remains so"
ok "it is reverted" set_patch sleep 0
echo 1 >$TARGET/gate
wait $sleeper
ok "in the end" wait_until 10 in_state sleep loaded

# Time runs out in the middle of another's transition
ok "one second for the first" probation value seconds 1
ok "it is applied" set_patch value 1
refused=$(dmesg | grep -c KM509)
printf post_apply:a.c >/sys/module/kmend_callbacks/parameters/hold
set_patch callbacks 1 &
writer=$!
ok "time runs out while another is applied" wait_until 10 sh -c "[ \$(cat $P/probation/state) = expired ]"
is "$(cat $P/state)" live "the revert has to wait"
printf - >/sys/module/kmend_callbacks/parameters/hold
wait $writer
ok "until the other is done" wait_until 10 in_state value loaded
is "$(cat $CORE/patches/callbacks/state)" live "which is not touched"
is "$(dmesg | grep -c KM509)" "$refused" "nothing was refused for that"
ok "it is reverted" set_patch callbacks 0

# Many at the edge: a commit either counts or is refused, and then the patch goes
lost=0
for n in 1 2 3 4 5 6 7 8; do
	set_patch value 1
	sleep 0.9$n
	if probation value commit 1 2>/dev/null; then
		in_state value live && set_patch value 0 || lost=$((lost + 1))
	else
		wait_until 10 in_state value loaded || lost=$((lost + 1))
	fi
done
is "$lost" 0 "a commit at the last moment counts or is refused"

# Its files wake those who poll
ok "it is applied" set_patch value 1
./wait-state "$P/probation/state" committed 20 &
waiter=$!
sleep 0.2
ok "it is committed" probation value commit 1
wait $waiter
is $? 0 "who polls the state is woken"
ok "it is reverted" set_patch value 0
ok "all are unloaded" rmmod kmend_value kmend_rival kmend_sleep kmend_callbacks
core_end
