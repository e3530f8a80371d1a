# SPDX-License-Identifier: GPL-2.0
# That redirects are live is proved, a lost one is noticed, told, counted and put back where that is safe.
# file: core.inc
# timeout: 120
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
core_begin
V=$CORE/verify
for name in value both cmdline; do
	insmod ./kmend_$name.ko || bail "kmend_$name.ko cannot be loaded"
done
insmod ./core_break.ko || bail "core_break.ko cannot be loaded"
F=$CORE/patches/both/objects/core_target

# passed N: at least N passes over all redirects
passed()
{
	[ "$(cat $V/passes)" -ge "$1" ]
}

# next_pass DESCRIPTION COMMAND...: the command makes the core look by itself
next_pass()
{
	what=$1
	shift
	passes=$(cat $V/passes)
	ok "$what" "$@"
	ok "$what: the core looks by itself" wait_until 20 passed $((passes + 1))
}

break_it()
{
	echo "$*" >/proc/core_break
}

is "$(cat $V/interval)" 60 "once a minute, unless told otherwise"
ok "no pass but on request and after changes" sh -c "echo 0 >$V/interval"
ok "proving nothing succeeds" sh -c "echo 1 >$V/run"
is "$(cat $V/redirects)" 0 "there is nothing"
next_pass "a patch is applied" set_patch both 1
ok "its redirects are proved" sh -c "echo 1 >$CORE/patches/both/verify"
is "$(cat $CORE/patches/both/verify)" 0 "none is lost"
is "$(cat $V/redirects)" 2 "there are two"
ok "another is applied" set_patch cmdline 1
ok "all are proved" sh -c "echo 1 >$V/run"
is "$(cat $V/redirects)" 3 "there are three"

next_pass "a tracer comes" sh -c "echo function >/sys/kernel/tracing/current_tracer"
is "$(cat $F/target_value,1/live) $(cat $F/target_other,1/live)" "1 1" "through the trampoline that all share they are live"
next_pass "it goes" sh -c "echo nop >/sys/kernel/tracing/current_tracer"
is "$(cat $F/target_value,1/live) $(cat $F/target_other,1/live)" "1 1" "through their own they are live"
next_pass "somebody traces one of the functions" insmod ./core_watch.ko functions=target_value
is "$(cat $TARGET/pair)" "4 4" "they are in effect"
is "$(cat $F/target_value,1/live) $(cat $F/target_other,1/live)" "1 1" "and live"
next_pass "he goes" rmmod core_watch
is "$(cat $V/lost) $(cat $V/event)" "0 " "nothing was lost"

# lost NAME REGEX: what was told last
lost()
{
	like "$(cat $V/event)" "^both: KM522 the redirect of $1 was lost: $2" "it is told"
	like "$(dmesg | grep 'kmend: both: KM522' | tail -n 1)" "the redirect of $1 was lost: $2" "in the log, too"
}

ok "somebody writes the NOP over the call of one" break_it nop target_value
is "$(cat $TARGET/pair)" "1 4" "it is not in effect any more"
is "$(cat $F/target_value,1/live)" 0 "which its file tells at once"
is "$(cat $V/lost)" 0 "nobody has noticed"
ok "proving the patch puts it back" sh -c "echo 1 >$CORE/patches/both/verify"
lost target_value 'there is no call at its entry; it is put back'
is "$(cat $TARGET/pair)" "4 4" "it is in effect"
is "$(cat $V/lost) $(cat $V/repaired)" "1 1" "it is counted"
echo 1 >$V/interval
ok "the same again" break_it nop target_other
repaired()
{
	[ "$(cat $V/repaired)" -ge "$1" ]
}
ok "is noticed in time" wait_until 20 repaired 2
lost target_other 'there is no call at its entry; it is put back'
is "$(cat $TARGET/pair)" "4 4" "it is in effect"
ok "no pass but on request and after changes" sh -c "echo 0 >$V/interval"

ok "the same under a tracer" sh -c "echo function >/sys/kernel/tracing/current_tracer"
ok "somebody writes the NOP over the call" break_it nop target_value
ok "proving puts it back" sh -c "echo 1 >$V/run"
is "$(cat $TARGET/pair)" "4 4" "it is in effect"
ok "the tracer goes, and ftrace finds what it expects" sh -c "echo nop >/sys/kernel/tracing/current_tracer"
is "$(cat $TARGET/pair)" "4 4" "it is in effect"

next_pass "somebody unregisters the core's ops" break_it unregister
like "$(cat $V/event)" 'KM522 .* its ftrace op is not registered; it is put back' "it is told"
is "$(cat $TARGET/pair)" "4 4" "they are in effect again"
is "$(cat /proc/cmdline)" "patched by kmend" "those of the other patch, too"
ok "all are proved" sh -c "echo 1 >$V/run"
is "$(cat $V/lost)" "$(cat $V/repaired)" "all that was lost is repaired"

ok "somebody writes something else over a call" break_it junk target_value
refused "proving cannot put that back" sh -c "echo 1 >$CORE/patches/both/verify"
lost target_value 'there is other code at its entry; it stays lost'
is "$(cat $CORE/patches/both/verify)" 1 "it is known to be lost"
lost=$(cat $V/lost)
refused "it still is at the next proof" sh -c "echo 1 >$V/run"
is "$(cat $V/lost)" "$lost" "which is not counted again"
ok "it is put right by hand" break_it put target_value
ok "that is found" sh -c "echo 1 >$V/run"
is "$(cat $CORE/patches/both/verify)" 0 "nothing is lost"
is "$(cat $TARGET/pair)" "4 4" "it is in effect"

# rival MODULE REGEX [PARAMETER...]
rivals=0
came()
{
	[ "$(cat $V/rivals)" -ge "$1" ]
}
rival()
{
	module=$1 who=$2
	shift 2
	refused "$module: is refused" insmod ./$module.ko "$@"
	rivals=$((rivals + 1))
	ok "$module: which the core notices" wait_until 20 came $rivals
	like "$(cat $V/event)" "^both: KM523 $who was refused target_value \(asked for by insmod, pid [0-9]+\)" "$module: and tells"
}
rival core_klp_value 'an in-tree livepatch'
rival core_kprobe 'a kprobe with a post_handler'
rival core_direct 'a BPF trampoline or direct call'
rival core_watch 'the ftrace handler .*' functions=target_value ipmodify=1
is "$(cat $TARGET/pair)" "4 4" "all is in effect"

ok "they are reverted" set_patch both 0
ok "and the other" set_patch cmdline 0
ok "proving nothing succeeds" sh -c "echo 1 >$V/run"
for value in -1 x 86401; do
	refused "an interval of $value is refused" sh -c "echo $value >$V/interval"
done
refused "a run of 0 is refused" sh -c "echo 0 >$V/run"
is "$(grep -c ' I ' /sys/kernel/tracing/enabled_functions)" 0 "ftrace redirects nothing"
for name in value both cmdline; do
	ok "kmend_$name is unloaded" rmmod kmend_$name
done
rmmod core_break
core_end
