# SPDX-License-Identifier: GPL-2.0
# A kernel's own fault makes ftrace shut itself down at the end of a patch: the core survives it.
# file: core.inc
# timeout: 120
# boot: own
# expect-log-like: WARNING: CPU: .*
# expect-log-like: .*cut here \]-*
# expect-log-like: Call Trace:
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
core_begin
SWITCH=/proc/sys/kernel/ftrace_enabled
insmod ./kmend_value.ko && insmod ./core_break.ko || bail "a module cannot be loaded"
# The core's own observer would go after the patch, and find the flag in its place.
echo unregister >/proc/core_break

# Somebody who is not permanent wants registers, and goes while ftrace is off: his flag stays.
ok "somebody comes" insmod ./core_watch.ko functions=target_other all_regs=1
ok "ftrace is switched off" sh -c "echo 0 >$SWITCH"
ok "he goes" rmmod core_watch
ok "ftrace is switched on" sh -c "echo 1 >$SWITCH"
ok "a patch is applied" set_patch value 1
is "$(cat $TARGET/value)" 2 "it is in effect"

# Now it is the last, and ftrace finds the flag.
set_patch value 0
ok "it is reverted, for ftrace had done its part by then" wait_until 20 in_state value loaded
is "$(cat $TARGET/value)" 1 "the old function is called"
refused_because "no patch can be applied any more" value 1 '^KM51[01] '
is "$(cat $CORE/patches/value/state)" loaded "it stays loaded"
for i in $(seq 20); do
	echo 1000 >$TARGET/spin
done
is "$(cat $TARGET/spin)" 0 "the old function is called"
ok "the patch can go, for nothing refers to it" rmmod kmend_value
ok "and its target" rmmod core_target
ok "and who broke it" rmmod core_break
refused "the core stays, for ftrace may still have its op" rmmod kmend
ok "what has gone is not called" cat /proc/modules
done_testing
