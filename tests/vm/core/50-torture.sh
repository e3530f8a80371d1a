# SPDX-License-Identifier: GPL-2.0
# Applied and reverted again and again under callers that must never see a mixture.
# file: core.inc
# timeout: 180
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
core_begin
insmod ./kmend_both.ko || bail "kmend_both.ko cannot be loaded"
ROUNDS=${ROUNDS:-25}

# reader FILE: note every pair of values that is read until /tmp/stop exists
reader()
{
	while [ ! -e /tmp/stop ]; do
		cat $TARGET/pair $TARGET/pair $TARGET/pair
	done >"$1"
}

rm -f /tmp/stop
for n in 1 2 3 4; do
	reader /tmp/pairs.$n &
done
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
	sleep 1000 &
	sleepers="$sleepers $!"
done

done_rounds=0
for _ in $(seq "$ROUNDS"); do
	set_patch both 1 && wait_until 20 in_state both live || break
	set_patch both 0 && wait_until 20 in_state both loaded || break
	done_rounds=$((done_rounds + 1))
done
touch /tmp/stop
is "$done_rounds" "$ROUNDS" "every round is completed"
kill $sleepers
wait

is "$(cat /tmp/pairs.* | sort -u | grep -v '^1 1$' | grep -vc '^4 4$')" 0 "no mixture was seen"
ok "the old values were seen" grep -q '^1 1$' /tmp/pairs.1
ok "the new values were seen" grep -q '^4 4$' /tmp/pairs.1
note "$(cat /tmp/pairs.* | wc -l) pairs in $ROUNDS rounds"
ok "the patch is unloaded" rmmod kmend_both
core_end
