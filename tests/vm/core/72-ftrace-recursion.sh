# SPDX-License-Identifier: GPL-2.0
# ftrace contract: the handler cannot come back to itself, and others who do are not harmed by it.
# With "tests/vm/boot --icount" what it tells of costs is in instructions.
# file: core.inc
# timeout: 180
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
core_begin
T=/sys/kernel/tracing
insmod ./kmend_value.ko || bail "kmend_value.ko cannot be loaded"
F=$CORE/patches/value/objects/core_target/target_value,1
ok "a patch is applied" set_patch value 1

# A tracer's callback calls the function that it was called for.
ok "a tracer comes back to himself" insmod ./core_watch.ko functions=target_value nest=1
is "$(cat $TARGET/value)" 2 "the outer call gets the new function"
ok "which counts" [ "$(cat $F/calls)" -gt 0 ]
before=$(cat $F/calls)
echo 1000 >$TARGET/spin
is "$(cat $TARGET/spin)" 1000 "so does each of many"
ok "which count" [ "$(cat $F/calls)" -ge $((before + 1000)) ]
ok "he goes" rmmod core_watch

# No function that can be traced is called between the old function's entry and the new one.
echo 0 >$T/tracing_on
echo >$T/trace
echo function >$T/current_tracer
echo $$ >$T/set_ftrace_pid
echo 1 >$T/tracing_on
cat $TARGET/value >/dev/null
echo 0 >$T/tracing_on
echo >$T/set_ftrace_pid
echo nop >$T/current_tracer
is "$(grep -c ':kmend:\|\[kmend\]\|op_handler' $T/trace)" 0 "nothing of the core is traced"
echo 1 >$T/tracing_on
echo function >$T/current_tracer
before=$(cat $F/calls)
echo 500 >$TARGET/spin
is "$(cat $TARGET/spin)" 500 "with all functions traced every call gets the new one"
is "$(cat $F/calls)" $((before + 500)) "once"
echo nop >$T/current_tracer

ok "costs are measured" insmod ./core_cost.ko
cost=$(cat /proc/core_cost)
note "$cost"
is "$(echo "$cost" | wc -l)" 7 "of every way"
rmmod core_cost
insmod ./core_cost.ko alone=1
insmod ./kmend_any.ko object=core_cost functions=cost_target || bail "kmend_any.ko cannot be loaded"
ok "the core's own way" set_patch any 1
cost=$(cat /proc/core_cost)
note "kmend, the new function one jump longer: $cost"
like "$cost" '^as-is [1-9]' "is measured"
ok "it is reverted" set_patch any 0
rmmod kmend_any && rmmod core_cost
ok "and the other" set_patch value 0
rmmod kmend_value
core_end
