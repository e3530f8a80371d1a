# SPDX-License-Identifier: GPL-2.0
# ftrace contract: functions that must not be patched are refused before ftrace is asked.
# file: core.inc
# timeout: 180
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
NAMES=$CORE/notrace

refused "a parameter that is no glob is refused" insmod ./kmend.ko notrace=a,b/c
like "$(dmesg | tail -n 3)" 'KM518 notrace: "b/c"' "and named"
insmod ./kmend.ko notrace=core_target:target_other,cmdline_* || bail "kmend.ko cannot be loaded"
insmod ./core_target.ko || bail "core_target.ko cannot be loaded"
is "$(cat $NAMES)" "core_target:target_other
cmdline_*" "the parameter's are in the list"

# refused_function NAME REGEX [OBJECT]: ftrace could redirect it, but no patch may
refused_function()
{
	insmod ./kmend_any.ko object="${3:-vmlinux}" functions="$1" || bail "kmend_any cannot be loaded for $1"
	refused_because "$1" any 1 "^KM517 $1 .*$2"
	is "$(cat $CORE/patches/any/state)" loaded "$1: it stays loaded"
	rmmod kmend_any
}

ops=$(wc -l </sys/kernel/tracing/enabled_functions)
refused_function multi_cpu_stop 'the core is inside'
refused_function process_one_work 'the core is inside'
refused_function wait_for_completion 'the core is inside'
refused_function schedule 'always a task inside'
refused_function worker_thread 'always a task inside'
refused_function do_idle 'always a task inside'
refused_function unwind_next_frame 'finds with it out'
refused_function text_poke_bp 'writes into its own code'
refused_function kprobe_ftrace_handler 'part of ftrace'
refused_function synchronize_rcu_tasks 'waits in it'
# A clone of the compiler's, by the name without its suffix.
clone=$(grep -Eo '^finish_task_switch\.[^ ]*' /sys/kernel/tracing/available_filter_functions | head -n 1)
if [ -n "$clone" ]; then
	refused_function $clone 'always a task inside'
else
	skip "a clone" "this kernel has none of that name"
fi
# By the section that it is in: no name of the list is its name.
idle=$(grep -Eo '^(mwait_idle|default_idle)$' /sys/kernel/tracing/available_filter_functions | head -n 1)
if [ -n "$idle" ]; then
	refused_function $idle 'RCU is not watching'
else
	skip "an idle function" "ftrace cannot redirect any on this kernel"
fi
refused_function notrace_check 'part of the core' kmend
is "$(wc -l </sys/kernel/tracing/enabled_functions)" "$ops" "ftrace was asked for nothing"

for name in value both cmdline; do
	insmod ./kmend_$name.ko || bail "kmend_$name.ko cannot be loaded"
done
refused_because "what the parameter names is refused" cmdline 1 '^KM517 cmdline_proc_show .*administrator lists cmdline_\*'
refused_because "also as the second of two functions" both 1 '^KM517 target_other .*lists core_target:target_other'
is "$(cat $TARGET/pair)" "1 1" "nothing of it is in effect"
ok "a rule is taken away" sh -c "echo -cmdline_* >$NAMES"
is "$(cat $NAMES)" "core_target:target_other" "the other stays"
ok "then the patch is applied" set_patch cmdline 1
is "$(cat /proc/cmdline)" "patched by kmend" "it is in effect"
ok "a patch of a function that is not listed is applied" set_patch value 1

# said REGEX DESCRIPTION
said()
{
	like "$(dmesg | grep 'kmend: ' | tail -n 1)" "$1" "$2"
}

refused "a function that is patched now cannot be added" sh -c "echo '+target_v*' >$NAMES"
said 'KM518 notrace: target_v\* lists target_value, which patch value changes now' "the patch is named"
refused "nor by its object" sh -c "echo '+vmlinux:*' >$NAMES"
said 'KM518 .* vmlinux:\* lists cmdline_proc_show, which patch cmdline changes now' "the patch is named"
ok "the same glob for another object can" sh -c "echo '+ext4:*' >$NAMES"
is "$(cat $NAMES | tail -n 1)" "ext4:*" "it is in the list"
ok "adding it again changes nothing" sh -c "echo '+ext4:*' >$NAMES"
is "$(wc -l <$NAMES)" 2 "there is one of it"
for text in target_value + - +: +a: +:a +a:b:c '+a b' '+a/b' '+a,b' "+$(printf 'x%.0s' $(seq 200))"; do
	refused "'$(echo "$text" | cut -c1-12)' is no change" sh -c "printf '%s\n' '$text' >$NAMES"
	said 'KM518 notrace: write' "it says what is"
done
refused "what was not added cannot be taken away" sh -c "echo -multi_cpu_stop >$NAMES"
said 'KM518 notrace: multi_cpu_stop was not added' "it says so"
like "$(cat ${NAMES}_builtin)" '^vmlinux:multi_cpu_stop$' "the core's own can be read"
full()
{
	i=0
	while [ $i -lt 60 ] && printf '+%s%d\n' "$(printf 'x%.0s' $(seq 100))" $i >$NAMES; do
		i=$((i + 1))
	done
	[ $i -lt 60 ]
}
ok "there is an end to what fits" full 2>/dev/null
said 'KM518 notrace: the list is full' "it says so"
ok "which is less than a page" [ "$(wc -c <$NAMES)" -lt 4096 ]
is "$(cat $TARGET/value)" 2 "the patches are still in effect"
ok "one is reverted" set_patch value 0
ok "then its function can be added, over a full list too" sh -c "echo -ext4:* >$NAMES; echo +target_value >$NAMES"
refused_because "it is refused from now on" value 1 '^KM517 target_value '
ok "the other is reverted" set_patch cmdline 0
for name in value both cmdline; do
	ok "kmend_$name is unloaded" rmmod kmend_$name
done
core_end
