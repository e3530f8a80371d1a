# SPDX-License-Identifier: GPL-2.0
# The same function patched by kmend and by the in-tree engine, in one boot with TASKS sleepers.
# Lines "bench NAME VALUE UNIT" are the figures; under --icount call_* are instructions.
# timeout: 240
# shellcheck shell=sh disable=SC1091,SC2015,SC2086,SC2012
. ./guest.sh

CORE=/sys/kernel/kmend
KLP=/sys/kernel/livepatch/bench_klp
TASKS=${TASKS:-50}
ROUNDS=${ROUNDS:-5}
CALLS=${CALLS:-100000}

now_ns()
{
	awk '/^now at/ {print $3; exit}' /proc/timer_list
}

figure()
{
	echo "bench $*"
}

median()
{
	sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'
}

# call_cost: nanoseconds (or instructions) of 1000 calls
call_cost()
{
	echo "$CALLS" >/proc/bench_target
	cut -d' ' -f1 /proc/bench_target | awk -v n="$CALLS" '{print int($1 * 1000 / n)}'
}

result()
{
	echo 1 >/proc/bench_target
	cut -d' ' -f2 /proc/bench_target
}

kmend_on()
{
	insmod ./kmend_bench.ko && echo 1 >$CORE/patches/bench/enabled
}

kmend_off()
{
	echo 0 >$CORE/patches/bench/enabled && rmmod kmend_bench
}

klp_on()
{
	insmod ./bench_klp.ko || return 1
	klp_loaded=$(now_ns)
	while [ "$(cat $KLP/transition)" != 0 ]; do
		sleep 0.005
	done
}

klp_off()
{
	echo 0 >$KLP/enabled
	while [ -e $KLP ]; do
		sleep 0.005
	done
	until rmmod bench_klp 2>/dev/null; do
		sleep 0.005
	done
}

insmod ./kmend.ko && insmod ./bench_target.ko || bail "modules cannot be loaded"
for _ in $(seq "$TASKS"); do
	sleep 1000 &
	sleepers="$sleepers $!"
done
sleep 1

figure call_unpatched "$(call_cost)" per_1000

: >/tmp/kmend.live
: >/tmp/kmend.switch
: >/tmp/kmend.stop
: >/tmp/klp.live
: >/tmp/klp.switch
for _ in $(seq "$ROUNDS"); do
	start=$(now_ns)
	kmend_on || break
	echo $(($(now_ns) - start)) >>/tmp/kmend.live
	cat $CORE/transition/duration_ns >>/tmp/kmend.switch
	cat $CORE/transition/stop_ns >>/tmp/kmend.stop
	kmend_result=$(result)
	kmend_call=$(call_cost)
	kmend_off

	start=$(now_ns)
	klp_on || break
	klp_live=$(now_ns)
	echo $((klp_live - start)) >>/tmp/klp.live
	echo $((klp_live - klp_loaded)) >>/tmp/klp.switch
	klp_result=$(result)
	klp_call=$(call_cost)
	klp_off
done

is "$kmend_result" 2 "kmend's patch was in effect"
is "$klp_result" 3 "the in-tree patch was in effect"
is "$(wc -l </tmp/klp.live)" "$ROUNDS" "all rounds were done"
figure tasks "$(ls -d /proc/[0-9]*/task/[0-9]* | wc -l)" tasks
figure kmend_insmod_to_live "$(median </tmp/kmend.live)" ns
figure kmend_transition "$(median </tmp/kmend.switch)" ns
figure kmend_stop "$(median </tmp/kmend.stop)" ns
figure klp_insmod_to_live "$(median </tmp/klp.live)" ns
figure klp_transition "$(median </tmp/klp.switch)" ns
figure call_kmend "$kmend_call" per_1000
figure call_klp "$klp_call" per_1000
kill $sleepers
wait
ok "the core can be unloaded" rmmod bench_target kmend
done_testing
