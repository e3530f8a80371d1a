# SPDX-License-Identifier: GPL-2.0
# Tasks are created and exit all the time: while a transition waits for another one, and in the
# functions that change.
# file: core.inc
# timeout: 180
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
core_begin
ROUNDS=${ROUNDS:-8}

# breed: processes come and go until /tmp/stop exists
breed()
{
	while [ ! -e /tmp/stop ]; do
		(:) &
		/bin/true
		wait
	done
}

rm -f /tmp/stop
breed &
breed &
insmod ./kmend_both.ko || bail "kmend_both.ko cannot be loaded"
insmod ./kmend_any.ko functions=kernel_clone,copy_process,do_exit,do_group_exit,release_task ||
	bail "kmend_any.ko cannot be loaded"

echo 0 >$TARGET/gate
cat $TARGET/slow >/tmp/slow &
straggler=$!
sleep 0.2
ok "a patch is applied that a task straggles in" set_patch both 1
sleep 2
is "$(cat $CORE/transition/straggler)" "$straggler cat target_slow_pair [core_target]" "it still does"
is "$(cat $CORE/transition/straggler_count)" 1 "and nobody of those that were born since"
is "$(cat $TARGET/pair)" "4 4" "they get the new functions"
ok "it is reversed meanwhile" set_patch both 0
is "$(cat $TARGET/pair)" "1 1" "they get the old functions"
echo 1 >$TARGET/gate
wait $straggler
is "$(cat /tmp/slow)" "1 1" "so did the straggler"

done_rounds=0
for _ in $(seq "$ROUNDS"); do
	set_patch any 1 && wait_until 30 in_state any live || break
	set_patch any 0 && wait_until 30 in_state any loaded || break
	done_rounds=$((done_rounds + 1))
done
is "$done_rounds" "$ROUNDS" "what creates and ends tasks is patched and reverted under them"
rmmod kmend_any
is "$?" 0 "its module goes while they come and go"
touch /tmp/stop
wait
ok "the other goes, too" rmmod kmend_both
core_end
