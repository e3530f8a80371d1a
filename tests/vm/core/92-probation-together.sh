# SPDX-License-Identifier: GPL-2.0
# Patches that are applied together are on probation together, and what they replaced comes back.
# file: core.inc
# timeout: 120
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
core_begin
insmod ./kmend_value.ko && insmod ./kmend_sleep.ko && insmod ./kmend_rival.ko replaces=value ||
	bail "a patch cannot be loaded"

# together WORDS: one transaction
together()
{
	echo "$*" >$CORE/transaction
}

# states VALUE SLEEP RIVAL DESCRIPTION
states()
{
	is "$(cd $CORE/patches && cat value/state sleep/state rival/state | tr '\n' ' ')" "$1 $2 $3 " "$4"
}

# Two expire as one; the one that asks for more time decides
probation value seconds 1
probation sleep seconds 4
ok "two are applied together" together +value +sleep
is "$(probation value state)" running "the one is on probation"
ok "it has as much time as the other" test "$(probation value left)" -ge 3
ok "both are reverted together" wait_until 15 in_state value loaded
is "$(cat $CORE/patches/sleep/state)" loaded "the other, too"
is "$(probation value state)" expired "the one has expired"
is "$(probation sleep state)" expired "so has the other"
is "$(probation value reason)" "KM530 nobody committed it in its 4 s of probation" "with the reason"
is "$(cat $CORE/patches/sleep/last_error)" "$(probation value reason)" "which is the other's, too"

# Only one of them asks for probation
probation value seconds 0
ok "they are applied again" together +value +sleep
is "$(probation value state)" running "one that asks for none goes with the other"
ok "a commit of the one" probation value commit 1
is "$(probation sleep state)" committed "counts for the other"
ok "they are reverted" together -value -sleep

# An extension of one, and a rejection
ok "they are applied again" together +value +sleep
ok "the one gets more time" probation value extend 50
ok "so does the other" test "$(probation sleep left)" -ge 45
ok "the other is rejected" probation sleep reject 1
ok "both go" wait_until 10 in_state sleep loaded
is "$(probation value state)" rejected "for the same reason"
like "$(probation value reason)" '^KM532' "which is told"
states loaded loaded loaded "nothing is live"

# What was replaced comes back
ok "the old one is applied" set_patch value 1
is "$(probation value state)" none "without probation"
probation rival seconds 2
ok "it is replaced" set_patch rival 1
states loaded loaded live "it has gone"
is "$(cat $TARGET/value)" 3 "the new one is in effect"
refused "it cannot be unloaded while it may have to come back" rmmod kmend_value
ok "time runs out" wait_until 10 in_state rival loaded
ok "the old one comes back" wait_until 10 in_state value live
is "$(cat $TARGET/value)" 2 "in effect"
is "$(probation value state)" none "it is not on probation"
is "$(probation rival state)" expired "the new one did not pass"
is "$(cat $CORE/patches/value/last_error)" "" "the old one has no error"

# What was committed comes back so; several as one
set_patch value 0
probation value seconds 100
ok "the old one is applied" set_patch value 1
ok "and committed" probation value commit 1
ok "another and its successor are applied" together +rival +sleep
states loaded live live "they are live"
ok "they are rejected" probation sleep reject 1
ok "they go" wait_until 10 in_state rival loaded
states live loaded loaded "the old one is back, and both are gone"
is "$(probation value state)" committed "it is committed as it was"

# One that was itself on probation begins anew
set_patch value 0
ok "the old one is applied, on probation" set_patch value 1
ok "it is replaced" set_patch rival 1
ok "the new one is rejected" probation rival reject 1
ok "the old one comes back" wait_until 10 in_state value live
is "$(probation value state)" running "on probation"
ok "with its own time" test "$(probation value left)" -ge 90
ok "it is committed" probation value commit 1

# Once the new one is committed, the old one is free
ok "it is replaced" set_patch rival 1
ok "the new one is committed" probation rival commit 1
ok "the old one can be unloaded" rmmod kmend_value
sleep 3
is "$(cat $CORE/patches/rival/state)" live "the new one stays"
ok "it is reverted" set_patch rival 0

# A revert by hand is one of its own: nothing comes back
ok "the old one is loaded again" insmod ./kmend_value.ko
ok "and applied" set_patch value 1
ok "it is replaced" set_patch rival 1
ok "the new one is reverted by hand" set_patch rival 0
states loaded loaded loaded "nothing is live"
ok "the old one can be unloaded" rmmod kmend_value
ok "and loaded again" insmod ./kmend_value.ko

# The way back is used already
ok "it is applied" set_patch value 1
probation rival seconds 60
ok "it is replaced, with another beside" together +rival +sleep
ok "the new one is taken off by hand" set_patch rival 0
ok "the old one put on again" set_patch value 1
ok "the one beside is rejected" probation sleep reject 1
ok "and goes" wait_until 10 in_state sleep loaded
states live loaded loaded "the old one stays as it is"
ok "it is reverted" set_patch value 0

# What stacks on it has to go with it
ok "the new one is unloaded" rmmod kmend_rival
ok "it is loaded as one that stacks" insmod ./kmend_rival.ko stacks_on=value
probation value seconds 2
ok "the lower one is applied" set_patch value 1
ok "the upper one, too" set_patch rival 1
is "$(cat $TARGET/value)" 3 "the upper one is in effect"
ok "the lower one's time runs out" wait_until 10 in_state value loaded
states loaded loaded loaded "both are gone"
is "$(cat $TARGET/value)" 1 "the old function runs"
ok "all are unloaded" rmmod kmend_value kmend_sleep kmend_rival
core_end
