# SPDX-License-Identifier: GPL-2.0
# A function's versions as a stack, replacing one patch by another, several patches in one
# transition, and everything as it was when one of them cannot be applied.
# file: core.inc
# timeout: 120
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
core_begin
T=$CORE/transition

# transaction WORD...: several patches in one transition
transaction()
{
	echo "$*" >$CORE/transaction
}

# transaction_refused DESCRIPTION REGEX WORD...
transaction_refused()
{
	what=$1
	regex=$2
	shift 2
	refused "$what" transaction "$@"
	like "$(cat $CORE/transaction)" "$regex" "$what: says why"
}

# redirects: how many functions ftrace redirects for us
redirects()
{
	grep -c ' I ' /sys/kernel/tracing/enabled_functions
}

insmod ./kmend_value.ko && insmod ./kmend_rival.ko stacks_on=value &&
	insmod ./kmend_both.ko replaces=value,rival && insmod ./kmend_cmdline.ko ||
	bail "a patch cannot be loaded"
old=$(cat /proc/cmdline)

refused_because "a patch that stacks on another is refused without it" rival 1 \
	'^KM520 patch value, which it stacks on, is not live'
ok "the lower patch is applied" set_patch value 1
ok "the upper one is applied" set_patch rival 1
is "$(cat $TARGET/value)" 3 "the upper one is in effect"
is "$(redirects)" 1 "the function is redirected once"
is "$(cat $CORE/patches/value/state)" live "the lower one is live"
is "$(cat $CORE/patches/value/objects/core_target/target_value,1/live)" 0 "its version is covered"
is "$(cat $CORE/patches/rival/objects/core_target/target_value,1/live)" 1 "the upper one's is not"
refused_because "the lower one cannot be reverted" value 0 '^KM519 patch rival stacks on it'
is "$(cat $CORE/patches/value/state)" live "it stays live"
ok "the upper one is reverted" set_patch rival 0
is "$(cat $TARGET/value)" 2 "the lower one is in effect again"
is "$(cat $CORE/patches/value/objects/core_target/target_value,1/live)" 1 "its version is not covered"
ok "the upper one is applied again" set_patch rival 1
is "$(cat $TARGET/value)" 3 "it is in effect"
ok "both are reverted in one transition" transaction -rival -value
is "$(cat $TARGET/value)" 1 "the old function runs"
is "$(redirects)" 0 "ftrace redirects nothing"
ok "both are applied in one transition" transaction +value +rival
is "$(cat $TARGET/value)" 3 "the upper one is in effect"

ok "a patch that replaces both is applied" set_patch both 1
is "$(cat $TARGET/pair)" "4 4" "it is in effect"
is "$(cat $CORE/patches/value/state)" loaded "the lower one is off"
is "$(cat $CORE/patches/rival/state)" loaded "the upper one is off"
is "$(redirects)" 2 "two functions are redirected"
ok "the module of one that was replaced can be unloaded" rmmod kmend_rival
refused_because "one that was replaced cannot come back" value 1 \
	'^KM506 target_value is changed by patch both already'
ok "unless it takes the place of the other" transaction -both +value
is "$(cat $TARGET/pair)" "2 1" "it is in effect"
is "$(redirects)" 1 "what nobody changes any more is not redirected"
ok "somebody else can have it" insmod ./core_kprobe.ko symbol=target_other
rmmod core_kprobe
insmod ./kmend_rival.ko stacks_on=value || bail "kmend_rival.ko cannot be loaded"

# Three patches, of which the second cannot be applied.
ok "somebody redirects a function of one of three patches" insmod ./core_kprobe.ko symbol=cmdline_proc_show
transaction_refused "the three are refused" \
	'^cmdline: KM507 cmdline_proc_show is changed by .* already' -value +cmdline +both
is "$(cat $TARGET/pair)" "2 1" "the first is still in effect"
is "$(cat $CORE/patches/value/state)" live "and live"
is "$(cat $CORE/patches/cmdline/state)" loaded "the second is loaded"
is "$(cat $CORE/patches/both/state)" loaded "the third is loaded"
is "$(cat $T/state)" idle "no transition is under way"
rmmod core_kprobe
is "$(redirects)" 1 "one function is redirected"
ok "without that they are done together" transaction -value +cmdline +both
is "$(cat $TARGET/pair)" "4 4" "the third is in effect"
is "$(cat /proc/cmdline)" "patched by kmend" "the second is"
is "$(cat $CORE/patches/value/state)" loaded "the first is off"
ok "and taken back together" transaction +value -both -cmdline
is "$(cat $TARGET/pair) $(cat /proc/cmdline)" "2 1 $old" "which can be seen"

# A callback in the middle refuses.
insmod ./kmend_callbacks.ko || bail "kmend_callbacks.ko cannot be loaded"
A=/sys/module/kmend_callbacks/parameters
printf b.c >$A/fail
transaction_refused "a callback refuses the three" '^callbacks: KM516 pre_apply callback' \
	-value +callbacks +both
is "$(cat $TARGET/pair)" "2 1" "the first is still in effect"
is "$(cat $A/told)" "pre_apply:a.c pre_apply:b.c post_revert:a.c!" "what was prepared is undone"
is "$(redirects)" 1 "one function is redirected"
printf - >$A/fail
rmmod kmend_callbacks

# A straggler in the middle; everything is taken back.
insmod ./kmend_sleep.ko || bail "kmend_sleep.ko cannot be loaded"
echo 0 >$TARGET/gate
cat $TARGET/sleep >/tmp/slept &
sleep 0.2
ok "a transition of three waits for a task" transaction -value +sleep +both
is "$(cat $T/state)" reverting "as the first one's direction says"
is "$(cat $T/changes)" "-value +sleep +both" "what is under way can be read"
is "$(cat $CORE/patches/value/state)" reverting "the first is being reverted"
is "$(cat $CORE/patches/both/state)" applying "the third is being applied"
refused_because "it cannot be half taken back" cmdline 1 '^KM509 '
transaction_refused "nor by a mixture" '^[a-z]*: KM509 ' +value +both
ok "one patch takes all of it back" set_patch both 0
is "$(cat $T/state)" idle "that is done"
is "$(cat $TARGET/pair)" "2 1" "the first is in effect"
is "$(cat $CORE/patches/value/state)" live "and live"
is "$(cat $CORE/patches/both/state)" loaded "the third is loaded"
is "$(redirects)" 1 "one function is redirected"
echo 1 >$TARGET/gate
wait
is "$(cat /tmp/slept)" 1 "the task ran the old function"
ok "the same is done with nobody inside" transaction -value +sleep +both
is "$(cat $TARGET/pair) $(cat $TARGET/sleep)" "4 4 2" "which can be seen"
ok "all are reverted" transaction -sleep -both
is "$(redirects)" 0 "ftrace redirects nothing"

transaction_refused "an unknown name" '^KM521 \+nobody is no registered patch' +value +nobody
transaction_refused "a word without a sign" '^KM521 value is neither' value
transaction_refused "a name that is there twice" '^KM521 -value is named twice' +value -value
transaction_refused "no word" '^KM521 it is empty' ' '
is "$(cat $TARGET/value)" 1 "nothing of all that is in effect"
ok "what is so already is no change" transaction -value -both
is "$(cat $CORE/transaction)" "" "and no error"

ok "a stack is built" transaction +value +rival
ok "the lower module is removed by force" rmmod -f kmend_value
is "$(cat $TARGET/value)" 1 "the upper one went with it"
is "$(cat $CORE/patches/rival/state)" loaded "and is loaded"
for name in rival both cmdline sleep; do
	ok "kmend_$name is unloaded" rmmod kmend_$name
done
core_end
