# SPDX-License-Identifier: GPL-2.0
# Applied and reverted again and again under callers that must never see a mixture.
# file: core.inc
# timeout: 180
# shellcheck shell=sh disable=SC1091,SC2015,SC2046,SC2086
. ./core.inc
core_begin
insmod ./kmend_both.ko || bail "kmend_both.ko cannot be loaded"
ROUNDS=${ROUNDS:-20}

# call_pairs: call both functions, in pairs, until /tmp/stop exists. It waits for a process now and
# then: one that never gives its CPU away holds up RCU's grace periods for tasks, and with them
# every revert, for ten seconds and more in an emulated guest.
call_pairs()
{
	while [ ! -e /tmp/stop ]; do
		echo 500 >$TARGET/pairs
		sleep 0
	done
}

rm -f /tmp/stop
call_pairs &
call_pairs &
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
	sleep 1000 &
	sleepers="$sleepers $!"
done

done_rounds=0
for _ in $(seq "$ROUNDS"); do
	set_patch both 1 && wait_until 60 in_state both live || break
	set_patch both 0 && wait_until 60 in_state both loaded || break
	done_rounds=$((done_rounds + 1))
done
touch /tmp/stop
is "$done_rounds" "$ROUNDS" "every round is completed"
kill $sleepers
wait

set -- $(cat $TARGET/pairs)
note "$1 old, $2 new, $3 mixed pairs in $ROUNDS rounds"
is "$3" 0 "no mixture was seen"
ok "the old functions were called" test "$1" -gt 1000
ok "the new functions were called" test "$2" -gt 1000
ok "the patch is unloaded" rmmod kmend_both
core_end
