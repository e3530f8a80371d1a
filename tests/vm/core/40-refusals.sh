# SPDX-License-Identifier: GPL-2.0
# What cannot be applied is refused, with a code and a reason, and changes nothing.
# file: core.inc
# timeout: 120
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
core_begin
insmod ./kmend_value.ko || bail "kmend_value.ko cannot be loaded"

# fault NAME REGEX: kmend_bad with this fault is refused, and the log says why
fault()
{
	refused "a patch with the fault '$1' is refused" insmod ./kmend_bad.ko fault="$1"
	like "$(dmesg | grep 'kmend: ' | tail -n 1)" "$2" "$1: says why"
}

fault build-id 'bad: KM501 .* kernel build [0-9a-f]{40}, but [0-9a-f]{40} is running'
fault short-build-id 'bad: KM501 '
fault abi 'KM502 .* ABI'
fault no-funcs 'KM502 .* number of functions'
fault many-funcs 'KM502 .* number of functions'
fault funcs-beyond-module 'KM502 .* not in the module'
fault other-module 'KM502 .* not in the module'
fault null-funcs 'KM502 .* number of functions'
fault long-name 'KM502 .* name is not valid'
fault name-with-slash 'KM502 .* name is not valid'
fault empty-name 'KM502 .* name is not valid'
fault version-with-space 'KM502 .* version'
fault reserved 'KM502 .* reserved'
fault replaces 'KM502 .* replaces or stacks_on'
fault stacks-on 'KM502 .* replaces or stacks_on'
fault long-stacks-on 'KM502 .* replaces or stacks_on'
fault func-name "bad: KM502 record 0: the function's name"
fault func-name-with-slash "bad: KM502 record 0: the function's name"
fault object-name "bad: KM502 record 0: the object's name"
fault flags 'bad: KM502 target_value: flags 0x80000000'
fault zero-size 'bad: KM502 target_value: its size is 0'
fault new-addr 'bad: KM502 target_value: its new code'
fault new-size 'bad: KM502 target_value: its new code'
fault twice 'bad: KM502 target_value and target_value have the same address'
fault same-func-name 'bad: KM502 target_value and target_value have the same name'
fault only-ranges 'bad: KM502 it replaces no function and has no callbacks'
fault same-name 'value: KM503 '
fault no-object 'bad: KM504 module no_such_module'
fault no-objects 'bad: KM502 it has no build-id of module core_target'
fault many-objects 'KM502 .* number of modules'
fault objects-beyond-module 'KM502 .* not in the module'
fault module-build-id 'bad: KM540 .* build [0-9a-f]{40} of module core_target, but [0-9a-f]{40} is'
fault no-module-build-id 'bad: KM502 module core_target: its build-id is not valid'
fault module-name 'bad: KM502 module 0: its name is not valid'
fault module-flags 'bad: KM502 module core_target: flags 0x80000000'
fault two-modules 'bad: KM502 module core_target has two records'
fault old-size 'bad: KM505 target_value: .* is no function of core_target'
fault inside 'bad: KM505 target_value: .* is no function of core_target'
fault null 'bad: KM505 target_value: .* is no function of core_target'
fault wrong-object 'bad: KM505 target_value: .* is no function of vmlinux'
fault untraced 'bad: KM505 target_untraced of core_target does not begin'
is "$(ls $CORE/patches)" value "nothing of all this is left"
ok "without a fault it registers" insmod ./kmend_bad.ko
ok "it is unloaded" rmmod kmend_bad

echo 0 >/proc/sys/kernel/ftrace_enabled
refused_because "with ftrace off no patch is applied" value 1 '^KM510 .*ftrace_enabled'
echo 1 >/proc/sys/kernel/ftrace_enabled
ok "with ftrace on it is" set_patch value 1
refused "ftrace cannot be switched off under it" sh -c 'echo 0 >/proc/sys/kernel/ftrace_enabled'
is "$(cat $TARGET/value)" 2 "it stays in effect"
# All functions of an emulated guest that others' load slows down take the watchdog's time.
echo 'target_* seq_* vfs_* proc_* ksys_*' >/sys/kernel/tracing/set_ftrace_filter
echo function >/sys/kernel/tracing/current_tracer
is "$(cat $TARGET/value)" 2 "under a tracer it is in effect"
echo function_graph >/sys/kernel/tracing/current_tracer
is "$(cat $TARGET/value)" 2 "also under the graph tracer"
ok "it is reverted under the graph tracer" set_patch value 0
is "$(cat $TARGET/value)" 1 "the old value"
ok "and applied" set_patch value 1
echo nop >/sys/kernel/tracing/current_tracer
is "$(cat $TARGET/value)" 2 "it is in effect after the tracer has gone"
ok "it is reverted" set_patch value 0
ok "it is unloaded" rmmod kmend_value
core_end
