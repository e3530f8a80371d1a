# SPDX-License-Identifier: GPL-2.0
# What a patch's code does to the kernel ends its probation, and nothing else does.
# file: core.inc
# timeout: 120
# boot: own
# expect-log-like: -+\[ cut here \]-+
# expect-log-like: WARNING: CPU: .* at .*/core_helper\.c:.* core_help\+.*
# expect-log-like: WARNING: CPU: .* at .*/core_helper\.c:.* warn_in_interrupt\+.*
# expect-log-like: WARNING: CPU: .* at .*/kmend_harm\.c:.* new_value\+.*
# expect-log-like: Call Trace:
# expect-log-like: (Oops: )?invalid opcode: 0000 .*
# expect-log-like: kernel BUG at .*/kmend_harm\.c:.*
# expect-log-like: BUG: kernel NULL pointer dereference, address: 0000000000000000
# expect-log-like: BUG: kernel NULL pointer dereference, address: 0000000000000010
# expect-log-like: (Oops: )?Oops: 0000 .*
# expect-log-like: (Oops: )?Oops: 0010 .*
# expect-log-like: watchdog: BUG: soft lockup - CPU#[0-9] stuck for [0-9]+s! .*
# expect-log-like: kmend: harm: KM531 a soft lockup at .*
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
core_begin
insmod ./core_helper.ko && insmod ./kmend_harm.ko && insmod ./kmend_sleep.ko ||
	bail "a module cannot be loaded"
P=$CORE/patches/harm

deed()
{
	printf %s "$1" >/sys/module/kmend_harm/parameters/deed
}

# call: the patched function, by a task that may die of it
call()
{
	cat $TARGET/value >/tmp/value 2>/dev/null &
	wait $!
}

# begin DEED: the patch is applied, with a long time of probation, and called
begin()
{
	deed -
	probation harm seconds 1000
	set_patch harm 1
	deed "$1"
	call
}

# harmed DEED REGEX: the deed reverts the patch at once, for this reason
harmed()
{
	begin "$1"
	ok "$1: it is reverted" wait_until 20 in_state harm loaded
	is "$(probation harm state)" harmed "$1: because of that"
	like "$(probation harm reason)" "^KM531 $2 \(task cat, [0-9]+\)\$" "$1: says what, where and who"
	is "$(cat $P/last_error)" "$(probation harm reason)" "$1: so does the last error"
	like "$(dmesg | grep 'harm: KM' | tail -n 1)" "KM531 $2" "$1: and the kernel log"
	deed -
	is "$(cat $TARGET/value)" 1 "$1: the old function runs"
}

# innocent WHAT: the patch is still live, and on probation; it is reverted by hand
innocent()
{
	sleep 1
	is "$(cat $P/state)" live "$1: it stays"
	is "$(probation harm state)" running "$1: on probation"
	deed -
	set_patch harm 0
}

harmed warn 'a kernel warning at new_value\+[^ ]+ \[kmend_harm\]'
harmed help 'a kernel warning at core_help\+[^ ]+ \[core_helper\], below new_value\+[^ ]+ \[kmend_harm\]'
harmed bug 'an oops at new_value\+[^ ]+ \[kmend_harm\]'
harmed oops 'an oops at new_value\+[^ ]+ \[kmend_harm\]'
harmed wild 'an oops at 0x10, below new_value\+[^ ]+ \[kmend_harm\]'

begin -
echo 1 >/sys/module/core_helper/parameters/warn
innocent "a warning elsewhere"
begin interrupt
innocent "a warning of what interrupts it"

# Only the one that did it goes, and cannot be saved any more
probation sleep seconds 1000
ok "another is applied beside it" set_patch sleep 1
begin warn
refused "it is too late to commit" probation harm commit 1
ok "the one that did it goes" wait_until 20 in_state harm loaded
is "$(cat $CORE/patches/sleep/state)" live "the other has nothing to do with it"
is "$(probation sleep state)" running "and is still on probation"
set_patch sleep 0

# What is committed is there to stay
deed -
ok "it is applied" set_patch harm 1
ok "and committed" probation harm commit 1
deed warn
call
sleep 1
is "$(cat $P/state)" live "a warning after that changes nothing"
is "$(probation harm state)" committed "it is committed"
deed -
ok "it is reverted" set_patch harm 0
probation harm seconds 0
ok "it is applied without probation" set_patch harm 1
deed warn
call
sleep 1
is "$(cat $P/state)" live "a warning then changes nothing, too"
deed -
ok "it is reverted" set_patch harm 0

# A CPU that does not come back: the machine is not stopped for it
thresh=$(cat /proc/sys/kernel/watchdog_thresh)
echo 1 >/proc/sys/kernel/watchdog_thresh
probation harm seconds 1000
ok "it is applied" set_patch harm 1
deed spin
cat $TARGET/value >/tmp/value &
spinner=$!
ok "a soft lockup is noticed" wait_until 30 sh -c "[ \$(cat $P/probation/state) = harmed ]"
like "$(probation harm reason)" 'KM531 a soft lockup at .*new_value\+[^ ]+ \[kmend_harm\] \(task cat, [0-9]+\)' "with its reason"
before=$(cut -d. -f1 /proc/uptime)
beats=0
while [ $beats -lt 20 ]; do
	sleep 0.1
	beats=$((beats + 1))
done
is "$(cat $P/state)" reverting "the revert waits"
ok "while other CPUs work" test $(($(cut -d. -f1 /proc/uptime) - before)) -lt 20
deed -
wait $spinner
ok "and ends when the CPU has come back" wait_until 30 in_state harm loaded
is "$(cat $TARGET/value)" 1 "the old function runs"
echo $thresh >/proc/sys/kernel/watchdog_thresh
ok "all are unloaded" rmmod kmend_sleep kmend_harm core_helper
# The tasks that died have left the target's files open for ever, so that has to stay
ok "the core is unloaded" rmmod kmend
done_testing
