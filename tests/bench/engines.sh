# SPDX-License-Identifier: GPL-2.0
# kmend and the in-tree engine in one boot, on the same functions: with many tasks, with many
# functions, and with somebody inside. Lines "bench NAME VALUE" are the figures, in nanoseconds.
# timeout: 1800
# shellcheck shell=sh disable=SC1091,SC2015,SC2086,SC2046
. ./guest.sh

CORE=/sys/kernel/kmend
KLP=/sys/kernel/livepatch
ROUNDS=${ROUNDS:-3}

figure()
{
	echo "bench $*"
}

# median FILE COLUMN
median()
{
	sort -n -k "$2,$2" "$1" | awk -v c="$2" '{v[NR] = $c} END {print v[int((NR + 1) / 2)] + 0}'
}

# with_tasks ARGUMENT...: engine with tasks in the background, when they are there
with_tasks()
{
	: >/tmp/ready
	./engine "$@" >/tmp/ready &
	background=$!
	wait_until 120 grep -q ready /tmp/ready || bail "no tasks"
}

without_tasks()
{
	kill -9 $background
	wait $background 2>/dev/null
}

# kmend_off NAME: reverted, and unloaded
kmend_off()
{
	echo 0 >$CORE/patches/$1/enabled
	until rmmod kmend_$1 2>/dev/null; do
		sleep 0.05
	done
}

# klp_off MODULE
klp_off()
{
	echo 0 >$KLP/$1/enabled
	while [ -e $KLP/$1 ]; do
		sleep 0.05
	done
	until rmmod $1 2>/dev/null; do
		sleep 0.05
	done
}

# ours NAME COUNT: medians for that many functions
ours()
{
	: >/tmp/kmend
	for _ in $(seq "$ROUNDS"); do
		insmod ./kmend_many.ko count=$2 || bail "kmend_many cannot be loaded"
		registered=$(cat /sys/module/kmend_many/parameters/register_ns)
		echo "$(./engine kmend many) $registered" >>/tmp/kmend
		kmend_off many
	done
	figure kmend_switch_$1 $(median /tmp/kmend 1)
	figure kmend_stop_$1 $(median /tmp/kmend 2)
	figure kmend_register_$1 $(median /tmp/kmend 4)
}

# theirs NAME COUNT
theirs()
{
	: >/tmp/klp
	for _ in $(seq "$ROUNDS"); do
		./engine klp klp_many $2 >>/tmp/klp
		klp_off klp_many
	done
	figure klp_switch_$1 $(median /tmp/klp 1)
	figure klp_load_$1 $(median /tmp/klp 2)
}

# naive NAME: the machine's stop where it looks at all stacks
naive()
{
	[ -e /sys/module/kmend/parameters/naive_stop ] || return 0
	: >/tmp/naive
	echo 1 >/sys/module/kmend/parameters/naive_stop
	for _ in $(seq "$ROUNDS"); do
		insmod ./kmend_many.ko count=1
		./engine kmend many >>/tmp/naive
		kmend_off many
	done
	echo 0 >/sys/module/kmend/parameters/naive_stop
	figure naive_stop_$1 $(median /tmp/naive 2)
}

# leave_and_complete ENGINE...: how long after the last straggler could go everybody has switched
leave_and_complete()
{
	echo 0 >/proc/bench_gate
	with_tasks sleepers 1 0
	"$@" >/tmp/end &
	engine=$!
	sleep 3
	opened=$(./engine gate)
	wait $engine
	echo $(($(awk '{print $3}' /tmp/end) - opened))
	without_tasks
}

insmod ./kmend.ko && insmod ./bench_target.ko && insmod ./bench_many.ko ||
	bail "modules cannot be loaded"
insmod ./kmend_wait.ko || bail "kmend_wait.ko cannot be loaded"

for tasks in 50 1000 10000; do
	with_tasks tasks $tasks
	ours tasks_$tasks 1
	theirs tasks_$tasks 1
	naive tasks_$tasks
	without_tasks
done
with_tasks tasks 50
ours functions_100 100
theirs functions_100 100
# Not theirs: it has an op for each function, which takes minutes, with soft lockups.
ours functions_2000 2000
without_tasks

with_tasks sleepers 3 50
./engine kmend wait >/tmp/kmend
figure kmend_switch_asleep $(median /tmp/kmend 1)
echo 0 >$CORE/patches/wait/enabled
wait_until 60 grep -q loaded $CORE/patches/wait/state
./engine klp klp_wait 0 >/tmp/klp
figure klp_switch_asleep $(median /tmp/klp 1)
klp_off klp_wait
without_tasks

figure kmend_after_straggler "$(leave_and_complete ./engine kmend wait)"
kmend_off wait
figure klp_after_straggler "$(leave_and_complete ./engine klp klp_wait 0)"
klp_off klp_wait
ok "the core can be unloaded" rmmod bench_many bench_target kmend
done_testing
