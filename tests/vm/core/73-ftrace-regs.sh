# SPDX-License-Identifier: GPL-2.0
# ftrace contract: SAVE_REGS: a redirected call keeps its arguments, and the caller his registers.
# file: core.inc
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
core_begin
insmod ./core_args.ko || bail "core_args.ko cannot be loaded"
insmod ./kmend_any.ko object=core_args functions=target_args || bail "kmend_any.ko cannot be loaded"
is "$(cat /proc/core_args)" same "a function has its arguments"
ok "it is patched" set_patch any 1
is "$(cat /proc/core_args)" same "it has the same arguments"
is "$(cat $CORE/patches/any/objects/core_args/target_args,1/calls)" 1 "as a new function"
like "$(grep '^target_args' /sys/kernel/tracing/enabled_functions)" ' R I' "ftrace saves all registers for it"
ok "somebody traces it without registers" insmod ./core_watch.ko functions=target_args
is "$(cat /proc/core_args)" same "it has the same arguments"
is "$(cat $CORE/patches/any/objects/core_args/target_args,1/calls)" 2 "as a new function"
ok "he goes" rmmod core_watch
ok "he comes, with registers where there are any" insmod ./core_watch.ko functions=target_args regs=1
is "$(cat /proc/core_args)" same "it has the same arguments"
like "$(cat /proc/core_watch)" '^calls=1 .* regs=1$' "here there are"
ok "he goes" rmmod core_watch
ok "all functions are traced" sh -c "echo function >/sys/kernel/tracing/current_tracer"
is "$(cat /proc/core_args)" same "it has the same arguments"
echo nop >/sys/kernel/tracing/current_tracer
is "$(cat $CORE/patches/any/objects/core_args/target_args,1/calls)" 4 "all calls were redirected"
ok "it is reverted" set_patch any 0
is "$(cat /proc/core_args)" same "the old function has them as ever"
ok "the patch is unloaded" rmmod kmend_any
rmmod core_args
core_end
