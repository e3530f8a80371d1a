# SPDX-License-Identifier: GPL-2.0
# ftrace contract: PERMANENT: no redirect while ftrace is off, no switching off while there is one.
# file: core.inc
# timeout: 120
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
core_begin
insmod ./kmend_value.ko && insmod ./kmend_cmdline.ko || bail "a patch cannot be loaded"
SWITCH=/proc/sys/kernel/ftrace_enabled

ok "without patches ftrace can be switched off" sh -c "echo 0 >$SWITCH"
refused_because "then no patch is applied" value 1 '^KM510 the sysctl kernel.ftrace_enabled is 0'
is "$(cat $CORE/patches/value/state)" loaded "it stays loaded"
is "$(cat $TARGET/value)" 1 "the old function is called"
is "$(grep -c ' I ' /sys/kernel/tracing/enabled_functions)" 0 "nothing is left of the try"
refused_because "nor the second time" value 1 '^KM510 '
ok "ftrace is switched on" sh -c "echo 1 >$SWITCH"
ok "then the patch is applied" set_patch value 1
is "$(cat $TARGET/value)" 2 "it is in effect"

refused "ftrace cannot be switched off any more" sh -c "echo 0 >$SWITCH"
is "$(cat $SWITCH)" 1 "it says that it is on"
is "$(cat $TARGET/value)" 2 "the patch is in effect"
is "$(cat $CORE/patches/value/objects/core_target/target_value,1/live)" 1 "and live"
ok "another is applied after that" set_patch cmdline 1
ok "the first is reverted" set_patch value 0
refused "ftrace cannot be switched off for the other's sake" sh -c "echo 0 >$SWITCH"
is "$(cat /proc/cmdline)" "patched by kmend" "which is in effect"
ok "it is reverted" set_patch cmdline 0
ok "then ftrace can be switched off" sh -c "echo 0 >$SWITCH"
is "$(cat $TARGET/value)" 1 "the old function is called"
ok "and on" sh -c "echo 1 >$SWITCH"
is "$(grep -c ' I ' /sys/kernel/tracing/enabled_functions)" 0 "ftrace redirects nothing"
rmmod kmend_value && rmmod kmend_cmdline
core_end
