# SPDX-License-Identifier: GPL-2.0
# The core and patches come and go many times: no memory is left behind. Slabs that are checked for
# consistency are counted to the object.
# file: core.inc
# timeout: 300
# append: slub_debug=F
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
ROUNDS=30
KMEMLEAK=/sys/kernel/debug/kmemleak

# one_round: the core, patches that stand on each other or replace others, callbacks, and the end of it all
one_round()
{
	insmod ./kmend.ko && insmod ./core_target.ko && insmod ./kmend_value.ko &&
		insmod ./kmend_callbacks.ko && insmod ./kmend_both.ko replaces=value || return
	set_patch value 1 && set_patch both 1 &&
		echo "-both +value +callbacks" >$CORE/transaction &&
		echo "-value -callbacks" >$CORE/transaction || return
	# One that is refused
	insmod ./kmend_rival.ko stacks_on=value && ! set_patch rival 1 2>/dev/null || return
	rmmod kmend_value && rmmod kmend_callbacks && rmmod kmend_both && rmmod kmend_rival &&
		rmmod core_target && rmmod kmend
}

rounds()
{
	for i in $(seq $1); do
		one_round || return
	done
}

# count FILE: what is in use once what is only kept in case somebody wants it again is dropped
count()
{
	# Memory that waits for the end of what was going on when it was freed
	sleep 1
	echo 3 >/proc/sys/vm/drop_caches
	slab_objects $1
}

ok "it all comes and goes" rounds 5
count /tmp/before
ok "and again, $ROUNDS times" rounds $ROUNDS
# nothing_grown: closed files wait for a grace period, which takes its time on a busy host
nothing_grown()
{
	count /tmp/after
	[ -z "$(grown /tmp/before /tmp/after $((ROUNDS * 3 / 4)) 0)" ]
}

wait_until 20 nothing_grown
is "$(grown /tmp/before /tmp/after $((ROUNDS * 3 / 4)) 0)" "" "nothing has grown with every round"
note "$(grown /tmp/before /tmp/after 5 0)"
is "$(grep -c ' I ' /sys/kernel/tracing/enabled_functions)" 0 "ftrace redirects nothing"
if [ -e $KMEMLEAK ]; then
	sleep 6
	echo scan >$KMEMLEAK
	sleep 1
	echo scan >$KMEMLEAK
	is "$(grep -cE '\[(kmend|kmend_[a-z]*|core_[a-z]*)\]' $KMEMLEAK)" 0 "nor does kmemleak find anything"
fi
done_testing
