# SPDX-License-Identifier: GPL-2.0
# What the kernel keeps beside code (keys of branches, fixups of faults, per-CPU variables, places
# of warnings and of calls, messages of dynamic debug, tracepoints, unwinding) works in a changed
# function as in any other.
# file: fixes.inc
# timeout: 120
# expect-log: ------------[ cut here ]------------
# expect-log-like: WARNING: CPU: .* at fs/proc/version.c:27 version_proc_show.*
# expect-log: Call Trace:
# shellcheck shell=sh
. ./fixes.inc

SCHEDSTATS=/proc/sys/kernel/sched_schedstats
PREEMPT=/sys/kernel/debug/sched/preempt
TRACE=/sys/kernel/tracing
EVENT=$TRACE/events/sched/sched_wake_idle_without_ipi/enable
MODULE=kmend_special_sections

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

# sites: what the kernel has made of the places in the new code
sites()
{
	ok "$1: all places in the new code are as the kernel wants them" \
		./sites special-sections.ko $MODULE
	places=$tap_out
	note "$places"
}

# place SECTION PATTERN DESCRIPTION
place()
{
	like "$places" "^$1 .*$2" "$3"
}

# sleeper: start a task that sleeps in the new code
sleeper()
{
	(
		printf sleeper >/proc/self/comm
		read -r _ </proc/version
	) &
	sleeper=$!
	wait_until 10 grep -q sleep_here "/proc/$sleeper/stack"
}

frames()
{
	grep -oE 'msleep_interruptible|sleep_here|version_proc_show|seq_read_iter|vfs_read' \
		"/proc/$sleeper/stack" | tr '\n' ' '
}

FRAMES="msleep_interruptible sleep_here version_proc_show seq_read_iter vfs_read "

echo 0 >$SCHEDSTATS
echo voluntary >$PREEMPT
patch_begin special-sections
is "$(wc -l </proc/version)" 1 "before: one line"
patch_apply
read_it
shown 'schedstats: off' "a key of the kernel that is off"
shown 'own key: off' "a key of the patch that is off"
shown 'own counts: 1' "a per-CPU variable of the patch counts"
is "$(echo "$text" | sed -n 's/^processes: \([0-9]*\) .*/\1/p')" \
	"$(echo "$text" | sed -n 's/^processes: [0-9]* //p')" \
	"a per-CPU variable of the kernel, which is not exported, is read"
shown 'waiting: [0-9]+ 1[0-9]{3}$' "functions that are not exported, by a jump and by a table"
shown 'msr: 1' "a call through the table of paravirtualization"
shown 'fault: -14' "a fault in the new code is caught"
shown 'name: one' "a table of the patch"
shown 'show_locks: a single one' "__func__, and a table that the compiler made of a switch"
shown 'pointer: 42' "a function of the patch is called by a pointer"
shown 'constants: 1020304050607080 1122334455667788 1020304050607080' \
	"constants of a section that the linker merges"
shown 'square: 9' "a place outside of a table of odd size"
shown 'mutex: 1 1' "a key that has no size; a function that is not traced"
grep -qw smep /proc/cpuinfo && smep=1 || smep=0
shown "smep: $smep" "what the processor can do is known"
is "$(in_log 'shown with a warning')" 1 "a WARN() of the new code is told once"
is "$(in_log "WARNING: CPU:.*fs/proc/version.c:27 version_proc_show.*\[$MODULE\]")" 1 \
	"with the place in the source, and the function"
ok "its trace goes on below the new code" sh -c \
	"dmesg | sed -n '/shown with a warning/,/RIP: 0033/p' | grep -q ' seq_read_iter+'"
is "$(in_log 'shown to cat')" 0 "messages of dynamic debug are off"

sites "as loaded"
place '\.smp_locks' '[0-9] lock$' "with two processors, atomic operations lock"
place '\.parainstructions' 'call:native_read_msr_safe' "calls of paravirtualization are direct"
place '\.altinstructions' '[0-9] replaced' "alternatives are chosen"
place '\.return_sites' '[0-9] (ret|ret:first-half|thunk:[a-z_]*return_thunk)$' "returns are the kernel's kind"
place '\.retpoline_sites' '[0-9] (indirect|lfence|thunk:__x86_indirect)' \
	"and so are indirect calls"
place '__mcount_loc' '[1-9] nop' "new functions can be traced"
place '\.static_call_sites' 'call:__cond_resched' "a static call goes to its function"
echo full >$PREEMPT
sites "full preemption"
place '\.static_call_sites' '1 zero' "a static call that is changed is changed in the new code"
echo voluntary >$PREEMPT
sites "voluntary preemption"
place '\.static_call_sites' 'call:__cond_resched' "and changed again"

echo 1 >$SCHEDSTATS
echo 'file fs/proc/version.c +p' >/proc/dynamic_debug/control
echo 1 >$EVENT
read_it
shown 'schedstats: on' "the key of the kernel that is turned on reaches the new code"
shown 'own key: on' "and so does the patch's own"
shown 'own counts: 2' "the per-CPU variable counts on"
shown 'show_locks: a pair' "so does a static variable"
is "$(in_log 'shown to cat')" 1 "messages of dynamic debug can be turned on"
is "$(in_log 'shown with a warning')" 1 "what is warned of once is not told again"
like "$(grep 'fs/proc/version.c:' /proc/dynamic_debug/control)" "\[$MODULE\]version_proc_show =p" \
	"and are listed with the patch's module"
is "$(grep -c 'cpu=4242' $TRACE/trace)" 1 "the tracepoint of the kernel is reached"

echo waiting >$TRACE/set_ftrace_filter
echo function >$TRACE/current_tracer
read_it
like "$(cat $TRACE/trace)" 'waiting <-version_proc_show' "a new function is traced by ftrace"
echo nop >$TRACE/current_tracer
echo >$TRACE/set_ftrace_filter
echo "p:proof $MODULE:own_function x=%di" >$TRACE/kprobe_events
echo 1 >$TRACE/events/kprobes/proof/enable
read_it
like "$(cat $TRACE/trace)" 'proof: \(own_function.* x=0x29' "and by a kprobe"
refused "but not where it says so" sh -c "echo 'p:no $MODULE:waiting' >>$TRACE/kprobe_events"
echo 0 >$TRACE/events/kprobes/proof/enable
echo >$TRACE/kprobe_events

sleeper
is "$(frames)" "$FRAMES" "the stack of a task that sleeps in the new code"
first=$sleeper
echo version_proc_show sleep_here >$TRACE/set_ftrace_filter
echo function_graph >$TRACE/current_tracer
sleeper
is "$(frames)" "$FRAMES" "and of one that entered it under the tracer of returns"

echo 0 >$SCHEDSTATS
echo 0 >$EVENT
read_it
shown 'schedstats: off' "the key is turned off again"
is "$(grep -c 'cpu=4242' $TRACE/trace)" 0 "the tracepoint is off again"
echo nop >$TRACE/current_tracer
echo >$TRACE/set_ftrace_filter
ok "a revert begins" sh -c "echo 0 >'$PATCH/enabled'"
sleep 0.5
is "$(cat "$PATCH/state")" reverting "it waits for those who sleep in the new code"
kill "$first" "$sleeper"
ok "and ends when they have left" wait_until 20 in_state loaded
is "$(live)" 0 "none of its functions is live"
is "$(wc -l </proc/version)" 1 "after: one line again"
echo 1 >$SCHEDSTATS
echo 0 >$SCHEDSTATS
patch_end
