# SPDX-License-Identifier: GPL-2.0
# A patch goes live and back, and its files tell so.
# file: core.inc
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
core_begin

P=$CORE/patches/value
is "$(cat $CORE/abi)" 1 "the ABI"
is "$(cat $CORE/transition/state)" idle "no transition"
ok "the patch registers" insmod ./kmend_value.ko
is "$(cat $P/state)" loaded "it is loaded"
is "$(cat $P/enabled)" 0 "it is not enabled"
is "$(cat $P/version)" 1 "its version"
is "$(cat $P/module)" kmend_value "its module"
like "$(cat $P/build_id)" '^[0-9a-f]{40}$' "its build-id"
is "$(cat $P/last_error)" "" "no error"
is "$(cat $TARGET/value)" 1 "the old value"
F=$P/objects/core_target/target_value,1
is "$(cat $F/live)" 0 "the function is not live"
is "$(cat $F/old_address)" "0x$(grep '[[:space:]]target_value[[:space:]]' /proc/kallsyms | cut -d' ' -f1)" "the old address"
like "$(cat $F/new_address)" '^0x[0-9a-f]+$' "the new address"

refused "the core stays while a patch is registered" rmmod kmend
ok "it is applied" set_patch value 1
is "$(cat $P/state)" live "it is live"
is "$(cat $P/enabled)" 1 "it is enabled"
is "$(cat $F/live)" 1 "the function is live"
is "$(cat $F/calls)" 0 "not called yet"
is "$(cat $TARGET/value)" 2 "the new value"
is "$(cat $F/calls)" 1 "one call is counted"
echo 100000 >$TARGET/spin
is "$(cat $F/calls)" 100001 "many calls are counted"
is "$(cat $TARGET/spin)" 100000 "every one took the new function"
ok "applying again changes nothing" set_patch value 1
like "$(cat $CORE/transition/duration_ns)" '^[1-9][0-9]+$' "how long it took"
like "$(cat $CORE/transition/stop_ns)" '^[1-9][0-9]+$' "how long the machine stood"
like "$(cat $CORE/transition/tries)" '^[1-9]' "the passes"
is "$(cat $CORE/transition/patch)" "" "no patch is under way"
note "switched after $(cat $CORE/transition/duration_ns) ns, stopped $(cat $CORE/transition/stop_ns) ns"

refused "its module cannot be unloaded while live" rmmod kmend_value
refused "nor can its target" rmmod core_target
refused "nor can the core" rmmod kmend
refused "a word is no value of enabled" set_patch value soon
is "$(cat $TARGET/value)" 2 "still the new value"

ok "it is reverted" set_patch value 0
is "$(cat $P/state)" loaded "it is loaded"
is "$(cat $F/live)" 0 "the function is not live"
is "$(cat $TARGET/value)" 1 "the old value is back"
is "$(grep -c ' I ' /sys/kernel/tracing/enabled_functions)" 0 "ftrace redirects nothing"
refused "the target stays while the patch is registered" rmmod core_target

ok "it is applied a second time" set_patch value 1
is "$(cat $F/calls)" 0 "the counter begins anew"
is "$(cat $TARGET/value)" 2 "the new value again"
ok "it is reverted again" set_patch value 0
ok "its module is unloaded" rmmod kmend_value
ok "its files are gone" test ! -e $P

ok "two functions change together" insmod ./kmend_both.ko
ok "they are applied" set_patch both 1
is "$(cat $TARGET/pair)" "4 4" "both are new"
ok "they are reverted" set_patch both 0
is "$(cat $TARGET/pair)" "1 1" "both are old"
ok "the module is unloaded" rmmod kmend_both

old=$(cat /proc/cmdline)
ok "a patch of vmlinux registers" insmod ./kmend_cmdline.ko
ok "it is applied" set_patch cmdline 1
is "$(cat /proc/cmdline)" "patched by kmend" "/proc/cmdline is new"
ok "it is reverted" set_patch cmdline 0
is "$(cat /proc/cmdline)" "$old" "/proc/cmdline is old"
ok "it is unloaded" rmmod kmend_cmdline
core_end
