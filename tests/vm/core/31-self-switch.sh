# SPDX-License-Identifier: GPL-2.0
# A kernel thread that is nearly always inside the function switches when it comes to it.
# file: core.inc
# timeout: 120
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
core_begin
ROUNDS=${ROUNDS:-10}
insmod ./core_busy.ko && insmod ./kmend_busy.ko || bail "a module cannot be loaded"

# result_is N: what the thread's function returned last
result_is()
{
	[ "$(cat /sys/module/core_busy/parameters/result)" = "$1" ]
}

sleep 0.2
done_rounds=0
straggled=0
for _ in $(seq "$ROUNDS"); do
	set_patch busy 1
	wait_until 3 in_state busy live && wait_until 3 result_is 2 || break
	[ "$(cat $CORE/transition/tries)" = 1 ] || straggled=$((straggled + 1))
	set_patch busy 0
	wait_until 3 in_state busy loaded && wait_until 3 result_is 1 || break
	done_rounds=$((done_rounds + 1))
done
is "$done_rounds" "$ROUNDS" "every round is completed soon"
note "inside at the first look in $straggled of $ROUNDS rounds"
ok "it was inside at nearly every first look" test $((straggled * 10)) -ge $((ROUNDS * 7))
echo 'busy_work new_work msleep schedule* arch_stack_walk* unwind_*' >/sys/kernel/tracing/set_ftrace_filter
echo function >/sys/kernel/tracing/current_tracer
set_patch busy 1
ok "so it is under a tracer" wait_until 5 in_state busy live
echo function_graph >/sys/kernel/tracing/current_tracer
set_patch busy 0
ok "and under the graph tracer" wait_until 5 in_state busy loaded
echo nop >/sys/kernel/tracing/current_tracer
ok "the patch can be unloaded" rmmod kmend_busy
ok "so can the module" rmmod core_busy
core_end
