# SPDX-License-Identifier: GPL-2.0
# Data of a patch (a shadow variable) survives when another takes its place, and gives it back; it
# goes with the last of them. Callbacks are told who their patch changes places with.
# file: core.inc
# timeout: 120
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
core_begin

# told N WHAT DESCRIPTION: the callbacks of keepN since the last look
told()
{
	is "$(sed 's/^-* *//' /sys/module/kmend_keep$1/parameters/told)" "$2" "$3"
	printf - >/sys/module/kmend_keep$1/parameters/told
}

transaction()
{
	echo "$*" >$CORE/transaction
}

value()
{
	cat $TARGET/value
}

insmod ./kmend_keep1.ko && insmod ./kmend_keep2.ko replaces=keep1 || bail "cannot be loaded"
ok "the first is applied" set_patch keep1 1
is "$(value) $(value)" "101 102" "it counts"
told 1 "pre_apply post_apply" "its callbacks know of no other patch"

ok "the second takes its place" set_patch keep2 1
in_state keep1 loaded || fail "the first is off"
is "$(value)" 103 "the count goes on"
told 1 "pre_revert>keep2 post_revert>keep2" "the first is told who takes its place"
told 2 "pre_apply>keep1 post_apply>keep1" "the second whose place it takes"

ok "it is given back in one transition" transaction -keep2 +keep1
is "$(value)" 104 "the count goes on"
told 2 "pre_revert>keep1 post_revert>keep1" "the second is told to whom"
told 1 "pre_apply>keep2 post_apply>keep2" "and the first from whom"

echo 1 >/sys/module/kmend_keep2/parameters/fail
refused "the second fails before it takes the place" set_patch keep2 1
like "$(cat $CORE/patches/keep2/last_error)" '^KM516 ' "it says why"
echo 0 >/sys/module/kmend_keep2/parameters/fail
is "$(value)" 105 "the count goes on"
told 1 "" "the first has heard of nothing"
told 2 "pre_apply>keep1" "of the second no more was called"

# Somebody sleeps in the first one's function: time to change one's mind
echo 0 >$TARGET/gate
cat $TARGET/sleep >/tmp/slept &
sleeper=$!
sleep 0.3
ok "the second begins to take the place" set_patch keep2 1
in_state keep2 applying || fail "it waits for the sleeper"
ok "that is taken back" set_patch keep2 0
echo 1 >$TARGET/gate
wait $sleeper
ok "the second is off" wait_until 10 in_state keep2 loaded
ok "the first is live" in_state keep1 live
is "$(value)" 106 "the count goes on"
told 2 "pre_apply>keep1 post_revert!>keep1" "the second was told that it was undone"
told 1 "pre_revert>keep2 post_apply!>keep2" "and so was the first"

ok "the first is reverted" set_patch keep1 0
is "$(value)" 1 "the old function runs"
told 1 "pre_revert post_revert" "nobody takes its place"
ok "it is applied anew" set_patch keep1 1
is "$(value)" 101 "the count begins anew"
ok "the second takes its place" set_patch keep2 1
ok "and is reverted alone" set_patch keep2 0
is "$(value)" 1 "the old function runs"
ok "it is applied, with nobody before it" set_patch keep2 1
is "$(value)" 101 "the count begins anew"
ok "it is reverted" set_patch keep2 0

ok "the first can be unloaded" rmmod kmend_keep1
ok "the second can be unloaded" rmmod kmend_keep2
core_end
