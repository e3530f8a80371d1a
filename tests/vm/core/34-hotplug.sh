# SPDX-License-Identifier: GPL-2.0
# CPUs go and come while a transition waits for a task, while patches come and go, and in functions
# of idle tasks.
# file: core.inc
# timeout: 180
# cpus: 2
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
core_begin
ROUNDS=${ROUNDS:-6}
CPU=/sys/devices/system/cpu/cpu1/online
[ -e $CPU ] || bail "there is no second CPU to be switched off"
insmod ./kmend_both.ko || bail "kmend_both.ko cannot be loaded"

# pair: on the CPU that came last
pair()
{
	taskset 2 cat $TARGET/pair
}

echo 0 >$TARGET/gate
cat $TARGET/slow >/tmp/slow &
sleep 0.2
ok "a patch is applied that a task straggles in" set_patch both 1
is "$(pair)" "4 4" "others get the new functions"
ok "a CPU goes" sh -c "echo 0 >$CPU"
is "$(cat $TARGET/pair)" "4 4" "the one that is left has them"
ok "it comes back" sh -c "echo 1 >$CPU"
is "$(pair)" "4 4" "and has them"
ok "it goes" sh -c "echo 0 >$CPU"
ok "meanwhile all is reversed" set_patch both 0
is "$(cat $TARGET/pair)" "1 1" "the one that is left has the old functions"
ok "it comes back" sh -c "echo 1 >$CPU"
is "$(pair)" "1 1" "and has the old functions, too"
echo 1 >$TARGET/gate
wait
is "$(cat /tmp/slow)" "1 1" "so had the straggler"

# What idle tasks run, on CPUs that go and come.
insmod ./kmend_any.ko functions=tick_nohz_idle_enter,tick_nohz_idle_exit,sched_cpu_activate,sched_cpu_deactivate,cpuhp_report_idle_dead ||
	bail "kmend_any.ko cannot be loaded"
toggle()
{
	while [ ! -e /tmp/stop ]; do
		echo 0 >$CPU
		echo 1 >$CPU
	done
}
rm -f /tmp/stop
toggle &
done_rounds=0
for _ in $(seq "$ROUNDS"); do
	set_patch any 1 && wait_until 30 in_state any live || break
	set_patch both 1 && wait_until 30 in_state both live || break
	[ "$(cat $TARGET/pair)" = "4 4" ] || break
	set_patch any 0 && wait_until 30 in_state any loaded || break
	set_patch both 0 && wait_until 30 in_state both loaded || break
	done_rounds=$((done_rounds + 1))
done
touch /tmp/stop
wait
is "$done_rounds" "$ROUNDS" "every round is completed"
is "$(cat $CPU)" 1 "the CPU is there"
ok "the idle tasks' functions are patched" set_patch any 1
ok "that is done" wait_until 5 in_state any live
sleep 0.5
calls=$(cat $CORE/patches/any/objects/vmlinux/tick_nohz_idle_enter,1/calls)
ok "and run" test "$calls" -gt 0
ok "they are reverted" set_patch any 0
ok "that is done" wait_until 5 in_state any loaded
ok "the module goes" rmmod kmend_any
ok "so does the other" rmmod kmend_both
core_end
