# SPDX-License-Identifier: GPL-2.0
# What the kernel keeps beside code (keys of branches, fixups of faults, per-CPU variables, places
# of warnings, messages of dynamic debug, tracepoints) works in a changed function as in any other.
# file: fixes.inc
# expect-log: ------------[ cut here ]------------
# expect-log-like: WARNING: CPU: .* at fs/proc/version.c:[0-9]+ version_proc_show.*
# expect-log: Call Trace:
# shellcheck shell=sh
. ./fixes.inc

SCHEDSTATS=/proc/sys/kernel/sched_schedstats
TRACE=/sys/kernel/tracing
EVENT=$TRACE/events/sched/sched_wake_idle_without_ipi/enable

# shown PATTERN DESCRIPTION: a line of /proc/version as it was read last
shown()
{
	like "$text" "$1" "$2"
}

read_it()
{
	text=$(cat /proc/version)
	note "$text"
}

# in_log PATTERN: how often the kernel log has it
in_log()
{
	dmesg | grep -c "$1"
}

echo 0 >$SCHEDSTATS
patch_begin constructs
is "$(wc -l </proc/version)" 1 "before: one line"
patch_apply
read_it
shown 'schedstats: off' "a key of the kernel that is off"
shown 'own key: off' "a key of the patch that is off"
shown 'own counts: 1' "a per-CPU variable of the patch counts"
is "$(echo "$text" | sed -n 's/^processes: \([0-9]*\) .*/\1/p')" \
	"$(echo "$text" | sed -n 's/^processes: [0-9]* //p')" \
	"a per-CPU variable of the kernel, which is not exported, is read"
shown 'fault: -14' "a fault in the new code is caught"
shown 'name: one' "a table of the patch"
shown 'pointer: 42' "a function of the patch is called by a pointer"
grep -qw smep /proc/cpuinfo && smep=1 || smep=0
shown "smep: $smep" "what the processor can do is known"
is "$(in_log 'shown with a warning')" 1 "a WARN() of the new code is told once"
is "$(in_log 'WARNING: CPU:.*fs/proc/version.c:.* version_proc_show')" 1 \
	"with the place in the source, and the function"
is "$(in_log 'shown to cat')" 0 "messages of dynamic debug are off"

echo 1 >$SCHEDSTATS
echo 'file fs/proc/version.c +p' >/proc/dynamic_debug/control
echo 1 >$EVENT
read_it
shown 'schedstats: on' "the key of the kernel that is turned on reaches the new code"
shown 'own key: on' "and so does the patch's own"
shown 'own counts: 2' "the per-CPU variable counts on"
is "$(in_log 'shown to cat')" 1 "messages of dynamic debug can be turned on"
is "$(grep -c 'cpu=4242' $TRACE/trace)" 1 "the tracepoint of the kernel is reached"

echo 0 >$SCHEDSTATS
echo 0 >$EVENT
read_it
shown 'schedstats: off' "the key is turned off again"
is "$(grep -c 'cpu=4242' $TRACE/trace)" 1 "the tracepoint is off again"
patch_revert
is "$(wc -l </proc/version)" 1 "after: one line again"
echo 1 >$SCHEDSTATS
echo 0 >$SCHEDSTATS
patch_end
