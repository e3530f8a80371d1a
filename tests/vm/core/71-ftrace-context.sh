# SPDX-License-Identifier: GPL-2.0
# ftrace contract: callbacks come from any context: process, softirq, hardirq, NMI, idle, CPUs that come and go.
# file: core.inc
# timeout: 240
# boot: own
# expect-log: Call Trace:
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
core_begin

# watch FUNCTION...
watch()
{
	insmod ./core_watch.ko functions="$(echo "$@" | tr ' ' ,)" || bail "core_watch.ko cannot be loaded for $*"
}

# seen CONTEXT: how many calls of watched functions came from there
seen()
{
	sed "s/.*\b$1=\([0-9]*\).*/\1/" /proc/core_watch
}

# calls FUNCTION: taken by the new function
calls()
{
	cat $CORE/patches/any/objects/vmlinux/$1,1/calls
}

# context NAME FUNCTION COMMAND...: the function, which the command brings about, runs in that context, patched or not
context()
{
	name=$1 function=$2
	shift 2
	watch $function
	insmod ./kmend_any.ko functions=$function || bail "kmend_any.ko cannot be loaded for $function"
	ok "$name: $function is patched" set_patch any 1
	ok "$name: live" wait_until 20 in_state any live
	"$@"
	ok "$name: it was called from there" [ "$(seen $name)" -gt 0 ]
	ok "$name: and got the new function" [ "$(calls $function)" -gt 0 ]
	note "$function: $(cat /proc/core_watch), $(calls $function) redirected"
	ok "$name: it is reverted" set_patch any 0
	ok "$name: loaded" wait_until 20 in_state any loaded
	rmmod kmend_any && rmmod core_watch
}

nmi()
{
	for i in 1 2 3 4 5; do
		echo l >/proc/sysrq-trigger
	done
}

hotplug()
{
	for i in 1 2 3; do
		echo 0 >/sys/devices/system/cpu/cpu1/online
		echo 1 >/sys/devices/system/cpu/cpu1/online
	done
}

context softirq run_timer_softirq sleep 1
context hardirq hrtimer_interrupt sleep 1
context idle tick_nohz_idle_exit sleep 1
context nmi nmi_cpu_backtrace_handler nmi
# The last words of a CPU that goes: RCU does not count it any more.
context offline smp_call_function_single hotplug

# The first steps of a CPU that comes, together with what it does last.
insmod ./kmend_any.ko functions=setup_local_APIC,idle_task_exit,cpuhp_thread_fun || bail "kmend_any.ko cannot be loaded"
ok "what runs at bring-up and takedown is patched" set_patch any 1
ok "live, for no CPU's thread is in it" wait_until 20 in_state any live
hotplug
for function in setup_local_APIC idle_task_exit cpuhp_thread_fun; do
	ok "$function was redirected" [ "$(calls $function)" -gt 0 ]
done
is "$(cat /sys/devices/system/cpu/online)" 0-1 "both CPUs are there"
ok "it is reverted" set_patch any 0
ok "loaded" wait_until 20 in_state any loaded
rmmod kmend_any

# All of them at once, which interrupt each other's handlers, and none is missed.
insmod ./kmend_value.ko || bail "kmend_value.ko cannot be loaded"
insmod ./kmend_any.ko functions=run_timer_softirq,hrtimer_interrupt,nmi_cpu_backtrace_handler,tick_nohz_idle_exit || bail "kmend_any.ko cannot be loaded"
ok "handlers of all contexts are patched" set_patch any 1
ok "and a function of a process" set_patch value 1
(
	i=0
	while [ $i -lt 5 ]; do
		nmi
		i=$((i + 1))
	done
) &
echo 300000 >$TARGET/spin
wait
is "$(cat $TARGET/spin)" 300000 "every call got the new function"
is "$(cat $CORE/patches/value/objects/core_target/target_value,1/calls)" 300000 "and was counted"
ok "interrupts did, too" [ "$(calls hrtimer_interrupt)" -gt 0 ]
ok "and NMIs" [ "$(calls nmi_cpu_backtrace_handler)" -gt 0 ]
ok "one is reverted" set_patch value 0
ok "and the others" set_patch any 0
ok "loaded" wait_until 20 in_state any loaded
rmmod kmend_value && rmmod kmend_any

# Where RCU really is off no patch is let in: the functions of that section are called so.
idle=$(grep -Eo '^(arch_cpu_idle|amd_e400_idle|mwait_idle|default_idle|acpi_idle_enter)$' /sys/kernel/tracing/available_filter_functions | tr '\n' ' ')
if [ -n "$idle" ]; then
	watch $idle
	sleep 1
	like "$(cat /proc/core_watch)" '^calls=([1-9][0-9]*) .* blind=\1 ' "idle functions are called without RCU each time"
	rmmod core_watch
	insmod ./kmend_any.ko functions="$(echo $idle | tr ' ' ,)"
	refused_because "which is why it must not be patched" any 1 '^KM517 .*RCU is not watching'
	rmmod kmend_any
else
	skip "an idle function" "ftrace cannot redirect any on this kernel"
fi
core_end
