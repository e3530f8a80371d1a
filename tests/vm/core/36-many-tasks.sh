# SPDX-License-Identifier: GPL-2.0
# With many tasks that sleep, the machine stands for a tenth of what a look at all of them takes.
# file: core.inc
# timeout: 240
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
core_begin
THREADS=${THREADS:-3000}
NAIVE=/sys/module/kmend/parameters/naive_stop
insmod ./kmend_value.ko || bail "kmend_value.ko cannot be loaded"

ready()
{
	grep -q ready /tmp/ready
}

# stops N: the shortest stop of some applies and reverts, as others' load makes some longer
stops()
{
	for _ in $(seq "$1"); do
		set_patch value 1
		cat $CORE/transition/stop_ns
		set_patch value 0
		cat $CORE/transition/stop_ns
	done | sort -n | head -n 1
}

echo 100000 >/proc/sys/kernel/threads-max
echo 100000 >/proc/sys/vm/max_map_count
./threads $THREADS >/tmp/ready &
threads=$!
ok "$THREADS threads sleep" wait_until 100 ready
surveyed=$(stops 5)
echo 1 >$NAIVE
naive=$(stops 5)
echo 0 >$NAIVE
note "stopped for $surveyed ns after a survey, $naive ns without"
ok "the survey makes the stop ten times as short" test $((surveyed * 10)) -le $naive
kill -9 $threads
wait
ok "the patch is unloaded" rmmod kmend_value
core_end
