# SPDX-License-Identifier: GPL-2.0
# System calls whose body has no entry for ftrace are replaced through those who call it, others in
# place, and so is a weak function that nobody overrides, which calls what another object of the
# patch exports anew. A task that sleeps in such a body holds
# up the change, though its caller, which jumped there, is not on its stack.
# file: fixes.inc
# timeout: 120
# shellcheck shell=sh disable=SC1091
. ./fixes.inc

DEVICE=/sys/devices/system/memory/memory0/phys_device
LOCK=/tmp/lock

# seen CWD LOCK UMASK DEVICE WHEN: what the system calls do
seen()
{
	is "$(./try-callers kmend-cwd cwd)" "$1" "$5: getcwd()"
	is "$(./try-callers other cwd)" ok "$5: getcwd() of others"
	is "$(./try-callers kmend-flock lock $LOCK.1)" "$2" "$5: flock()"
	is "$(./try-callers other lock $LOCK.1)" ok "$5: flock() of others"
	is "$(umask 0123 && umask)" "$3" "$5: umask()"
	is "$(cat $DEVICE)" "$4" "$5: a weak function"
}

# sleeper: a task that waits in the body of flock() until the lock is released
sleeper()
{
	mkfifo /tmp/gate
	./try-callers holder hold $LOCK </tmp/gate >/tmp/held &
	holder=$!
	exec 7>/tmp/gate
	ok "the lock is held" wait_until 10 grep -q ok /tmp/held
	./try-callers sleeper wait $LOCK >/tmp/waited 7>&- &
	sleeper=$!
	sleep 0.5
	is "$(cat /tmp/waited)" "" "a task waits for it"
}

release()
{
	exec 7>&-
	wait $holder
	rm /tmp/gate
	wait $sleeper
	is "$(cat /tmp/waited)" ok "the task has got the lock"
}

# held_up STATE FUNCTION: in this state the transition waits for the sleeper
held_up()
{
	is "$(cat "$PATCH/state")" "$1" "the patch is $1"
	is "$(cat $CORE/transition/straggler)" "$sleeper sleeper $2" \
		"the task inside holds it up, and is named"
}

patch_begin callers
seen ok ok 0123 0 "before"
ok "the body of getcwd() is no place for a redirect" \
	test ! -e "$PATCH/objects/vmlinux/__do_sys_getcwd,1"
ok "its caller is" test -e "$PATCH/objects/vmlinux/__x64_sys_getcwd,1"
refused "no export of the patch is seen by modules" grep -q __ksymtab_kmend_answer /proc/kallsyms
ok "though what it exports is there" grep -q "kmend_answer.*kmend_callers" /proc/kallsyms

sleeper
ok "the patch is applied" sh -c "echo 1 >'$PATCH/enabled'"
held_up applying "__do_sys_flock"
release
ok "it goes live" wait_until 20 in_state live
seen EXDEV EXDEV 0456 4242 "live"
ok "the caller has been redirected" test "$(calls __x64_sys_getcwd)" -ge 2

sleeper
ok "the patch is reverted" sh -c "echo 0 >'$PATCH/enabled'"
held_up reverting "__do_sys_flock [kmend_callers]"
release
ok "it is reverted" wait_until 20 in_state loaded
seen ok ok 0123 0 "after"
patch_end
