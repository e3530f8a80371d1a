# SPDX-License-Identifier: GPL-2.0
# ftrace contract: IPMODIFY has one owner a function. Others are found before anything changes.
# file: core.inc
# timeout: 180
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
core_begin
for name in value both; do
	insmod ./kmend_$name.ko || bail "kmend_$name.ko cannot be loaded"
done

# rival MODULE REGEX [PARAMETER...]: it and a patch of target_value keep each other out
rival()
{
	module=$1 owner=$2
	shift 2
	ok "$module: it comes first" insmod ./$module.ko "$@"
	before=$(cat /sys/kernel/tracing/enabled_functions)
	refused_because "$module: a patch is refused" value 1 "^KM507 target_value is changed by $owner already"
	refused_because "$module: so is one of two functions" both 1 "^KM507 target_value is changed by $owner already"
	is "$(cat /sys/kernel/tracing/enabled_functions)" "$before" "$module: nothing has changed"
	is "$(cat $TARGET/pair)" "1 1" "$module: no new function is called"
	ok "$module: it goes" rmmod $module
	ok "$module: then the patch is applied" set_patch value 1
	refused "$module: it is refused itself" insmod ./$module.ko "$@"
	is "$(cat $TARGET/value)" 2 "$module: the patch stays in effect"
	is "$(cat $CORE/patches/value/objects/core_target/target_value,1/live)" 1 "$module: as it says"
	ok "$module: it is reverted" set_patch value 0
}

rival core_kprobe 'a kprobe with a post_handler, after \[core_kprobe\]'
rival core_direct 'a BPF trampoline or direct call, core_direct_call \[core_direct\]'
rival core_watch 'the ftrace handler watch \[core_watch\]' functions=target_value ipmodify=1

ok "who only looks on is no rival" insmod ./core_watch.ko functions=target_value
ok "the patch is applied beside him" set_patch value 1
is "$(cat $TARGET/value)" 2 "it is in effect"
like "$(cat /proc/core_watch)" '^calls=1 ' "and he sees the call"
ok "he goes" rmmod core_watch
is "$(cat $TARGET/value)" 2 "it stays in effect"
ok "he comes again" insmod ./core_watch.ko functions=target_value
is "$(cat $TARGET/value)" 2 "it stays in effect"
ok "the patch is reverted under him" set_patch value 0
is "$(cat $TARGET/value)" 1 "the old value"
like "$(cat /proc/core_watch)" '^calls=2 ' "he sees both calls"
ok "he goes" rmmod core_watch
is "$(grep -c ' I ' /sys/kernel/tracing/enabled_functions)" 0 "ftrace redirects nothing"
for name in value both; do
	ok "kmend_$name is unloaded" rmmod kmend_$name
done
core_end
