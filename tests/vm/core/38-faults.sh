# SPDX-License-Identifier: GPL-2.0
# Every step that can fail does so in turn: what was before is exactly what is afterwards, and the
# same request then succeeds. With a core that is built for that.
# file: core.inc
# timeout: 400
# boot: own
# shellcheck shell=sh disable=SC1091,SC2015,SC2086,SC2317
. ./core.inc
PARAMETERS=/sys/module/kmend/parameters

# effects: whatever a request may change, but for what ftrace is left with. Not where modules lie.
effects()
{
	grep -rs . $CORE/patches | grep -v -e /last_error: -e /calls: -e _address: | sort
	[ ! -e $TARGET ] || cat $TARGET/value $TARGET/pair $TARGET/sleep
	cat /proc/cmdline
	awk '{print $1, $3, $4}' /proc/modules | sort
}

state()
{
	effects
	sed 's/tramp: .* (/(/' /sys/kernel/tracing/enabled_functions | sort
}

is_idle()
{
	[ ! -e $CORE/transition/state ] || [ "$(cat $CORE/transition/state)" = idle ]
}

# settled COMMAND...: its status, and when it is all over
settled()
{
	"$@" >/dev/null 2>&1
	settled_status=$?
	is_idle || wait_until 20 is_idle || complain "is never over"
	return $settled_status
}

# arm N: the Nth step from now fails; 0: none
arm()
{
	fault=$1
	[ ! -e $PARAMETERS/fault_at ] || echo $1 >$PARAMETERS/fault_at
}

# complain TEXT [FILE FILE]: about what came of the step that fails now
complain()
{
	echo "step $at: $1"
	[ $# = 1 ] || diff "$2" "$3" | grep '^[-+]' | grep -v -e ^--- -e ^+++ | head -n 4
}

# same FUNCTION FILE TEXT: what the function says is what it said when the file was written
same()
{
	$1 >/tmp/now
	cmp -s "$2" /tmp/now || complain "$3" "$2" /tmp/now
}

# The step that fails is the one that at says, and the request is what follows
fail_one()
{
	arm $at
	if settled "$@"; then
		same effects /tmp/done "it is not done as without fault"
		[ "$(cat $PARAMETERS/fault_steps)" -lt $at ] || echo $at >>/tmp/harmless
	else
		arm 0
		same state /tmp/before "not as before"
		settled "$@" || complain "it cannot be done afterwards"
		same effects /tmp/done "what is done afterwards differs"
		echo $at >>/tmp/refused
	fi
}

# each_step UNDO COMMAND...: complaints about all steps of the command
each_step()
{
	undo=$1
	shift
	: >/tmp/harmless
	: >/tmp/refused
	at=0
	state >/tmp/before
	arm 0
	settled "$@" || complain "it fails without fault"
	effects >/tmp/done
	while [ $at = 0 ] || grep -qx $at /tmp/harmless /tmp/refused; do
		arm 0
		settled $undo || complain "it cannot be undone"
		same state /tmp/before "undone it is not as before"
		at=$((at + 1))
		fail_one "$@"
	done
	arm 0
	settled $undo || complain "it cannot be undone"
}

# every_step DESCRIPTION LEAST UNDO COMMAND...: at least so many steps make the command fail
every_step()
{
	what=$1 least=$2
	shift 2
	each_step "$@" >/tmp/complaints
	refusals=$(sort -u /tmp/refused | grep -c .)
	is "$(cat /tmp/complaints)" "" "$what: as before whichever step fails, and then done"
	ok "$what: $refusals steps that make it fail" test $refusals -ge $least
	note "$what: $(sort -u /tmp/harmless | grep -c .) steps that it can do without"
}

load_core()
{
	insmod ./kmend-faults.ko fault_at=$fault
}

load_one()
{
	load_core && insmod ./core_target.ko && echo 1 >$TARGET/gate && insmod ./kmend_value.ko
}

unload_one()
{
	rmmod kmend_value && rmmod core_target && rmmod kmend
}

apply_anew()
{
	unload_one && load_one && set_patch value 1
}

revert_anew()
{
	set_patch value 0 && unload_one && load_one
}

transaction()
{
	echo "$*" >$CORE/transaction
}

every_step "loading the core" 9 "rmmod kmend" load_core

# A core that has no memory yet from an earlier transition
load_one || bail "a module cannot be loaded"
every_step "applying one patch" 10 revert_anew set_patch value 1
set_patch value 1
every_step "reverting it" 1 apply_anew set_patch value 0
# insmod of busybox tries twice, but for what it has to unpack
gzip -c kmend_callbacks.ko >callbacks.ko.gz
every_step "registering" 14 "rmmod kmend_callbacks" insmod ./callbacks.ko.gz

insmod ./kmend_callbacks.ko && insmod ./kmend_cmdline.ko && insmod ./kmend_rival.ko stacks_on=value &&
	insmod ./kmend_both.ko replaces=value,rival || bail "a patch cannot be loaded"
set_patch value 0
every_step "three in one transaction" 14 "transaction -value -callbacks -cmdline" \
	transaction +value +callbacks +cmdline
transaction +value +callbacks +cmdline
every_step "reverting one of them" 1 "set_patch cmdline 1" set_patch cmdline 0
every_step "reverting all" 2 "transaction +value +callbacks +cmdline" \
	transaction -cmdline -callbacks -value
set_patch rival 1
every_step "replacing a stack" 10 "transaction -both +value +rival" set_patch both 1
transaction -rival -value -callbacks -cmdline
is "$(grep -c ' I ' /sys/kernel/tracing/enabled_functions)" 0 "ftrace redirects nothing"
for name in callbacks cmdline rival both; do
	ok "kmend_$name is unloaded" rmmod kmend_$name
done
ok "and all the rest" unload_one

# ftrace does not take a function back: what it may call stays, until reboot.
fault=0
load_one && insmod ./kmend_cmdline.ko && set_patch value 1 || bail "it cannot be applied again"
echo 1 >$PARAMETERS/fault_fatal
set_patch value 0
like "$(cat $CORE/patches/value/last_error)" '^KM514 ftrace keeps its functions' "that is said"
is "$(cat $CORE/patches/value/state)" reverting "the patch is not gone"
is "$(grep -c ' I ' /sys/kernel/tracing/enabled_functions)" 1 "ftrace calls for its function"
is "$(cat $TARGET/value)" 1 "which is the old one"
echo 100000 >$TARGET/spin
is "$(cat $TARGET/spin)" 0 "all the time"
refused_because "it cannot be applied again" value 1 '^KM514 '
refused "nor can its module go" rmmod kmend_value
refused "nor its target" rmmod core_target
ok "others can" rmmod kmend_cmdline
refused "the core cannot" rmmod kmend
done_testing
