# SPDX-License-Identifier: GPL-2.0
# Which of the patched file's functions and variables are the kernel's: clones of functions, statics
# that the compiler numbers anew, what is no longer static, weak functions, functions of one name.
# State is kept across apply and revert.
# file: fixes.inc
# timeout: 120
# shellcheck shell=sh
. ./fixes.inc

ORIGIN='[0-9a-f]* [tT]'

# in_log PATTERN: how often the kernel log has it
in_log()
{
	dmesg | grep -c "$1"
}

# pipes: inode numbers of new pipes, enough of them for a new batch; sets first, last and odd
pipes()
{
	said=$(./use pipes 1500)
	note "$said"
	# shellcheck disable=SC2086 # three words
	set -- $said
	first=$1 last=$2 odd=$3
}

# elf FILE FLAGS-OFFSET: a program with a flag in its header; those without one still run
elf()
{
	cp "$1" "/tmp/flagged-$1"
	printf '\001' | dd of="/tmp/flagged-$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

elf true-64 48
elf true-32 36
same_named=$(grep -c "^$ORIGIN type_show$" /proc/kallsyms)
echo 1 >/proc/sys/vm/drop_caches
echo 1 >/proc/self/oom_adj
is "$(in_log 'drop_caches: 1')" 1 "before: dropped caches are told"
is "$(in_log 'oom_adj is deprecated')" 1 "before: the old file is warned of"
is "$(cat /sys/kernel/irq/4/type)" edge "before: the type of an interrupt"
is "$(./use direct-pipe)" made "before: a pipe in packet mode"
is "$(./use pipe-size)" 65536 "before: the size of a pipe"
is "$(./use termio)" 0 "before: the line discipline by the old ioctl"
ok "before: a program with flags" /tmp/flagged-true-64
ok "before: one of 32 bits" /tmp/flagged-true-32
pipes
is "$odd" 750 "before: inode numbers are odd and even"
before=$last

patch_begin correlation
is "$(ls -d "$PATCH"/objects/vmlinux/load_elf_binary,* | wc -l)" 2 \
	"two functions of one name, of two objects"
like "$same_named" '^1[0-9]$' "many functions are called type_show"
patch_apply

is "$(cat /sys/kernel/irq/4/type)" "edge triggered" "one of many functions of a name is replaced"
like "$(cat /sys/bus/event_source/devices/software/type)" '^[0-9]+$' "the others are not"
is "$(./use direct-pipe)" "error 95" "a function of which the compiler made a part: replaced"
like "$(calls do_pipe2)" '^[1-9]' "in its caller, which had the other part"
is "$(./use pipe-size)" 131072 "a function with keys that have no size"
is "$(./use termio)" 85 "a weak function that nothing overrides"
refused "two functions of one name: the first" /tmp/flagged-true-64
refused "two functions of one name: the second" /tmp/flagged-true-32
ok "without the flag: the first" ./true-64
ok "without the flag: the second" ./true-32

pipes
is "$odd" 0 "the new function gives even inode numbers"
ok "and goes on from the old one's ($before, $first)" [ "$first" -gt "$before" ]
before=$last

echo 1 >/sys/kernel/tracing/events/oom/oom_score_adj_update/enable
echo 2 >/proc/self/oom_adj
echo 3 >/proc/self/oom_adj
echo 0 >/sys/kernel/tracing/events/oom/oom_score_adj_update/enable
is "$(in_log 'oom_adj is obsolete')" 1 "a changed part for rare cases: what is told once is told once"
is "$(grep -c 'oom_score_adj_update:' /sys/kernel/tracing/trace)" 2 \
	"a tracepoint of the changed function fires"

echo 1 >/proc/sys/vm/drop_caches
is "$(in_log 'dropped caches: 1')" 1 "a function whose static variable has another number"
is "$(in_log 'drop_pagecache_sb 1 of 1')" 1 "a new static variable counts; a new clone; __func__"
like "$(cat /proc/cmdline)" '^drop_pagecache_sb\+0x0/0x[0-9a-f]+ [^[]' \
	"what is no longer static is reached from another file, as the kernel's own"
echo 4 >/proc/sys/vm/drop_caches
echo 1 >/proc/sys/vm/drop_caches
is "$(in_log 'dropped caches: 1')" 1 "the static variable keeps its value: nothing more is told"

patch_revert
echo 1 >/proc/sys/vm/drop_caches
is "$(in_log 'drop_caches: 1')" 1 "after: the old code reads what the new one wrote"
echo 4 >/proc/self/oom_adj
is "$(in_log 'oom_adj is deprecated')" 1 "after: the old code has told it already"
pipes
is "$odd" 750 "after: inode numbers are odd and even"
ok "after: and go on from the new one's ($before, $first)" [ "$first" -gt "$before" ]
is "$(cat /sys/kernel/irq/4/type)" edge "after: the type of an interrupt"
is "$(./use direct-pipe)" made "after: a pipe in packet mode"
is "$(./use pipe-size)" 65536 "after: the size of a pipe"
is "$(./use termio)" 0 "after: the line discipline"
ok "after: a program with flags" /tmp/flagged-true-64
ok "after: one of 32 bits" /tmp/flagged-true-32
patch_end
