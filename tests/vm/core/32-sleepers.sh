# SPDX-License-Identifier: GPL-2.0
# Tasks that sleep in poll() and epoll_wait() while these change: left alone, kicked, killed.
# file: core.inc
# timeout: 120
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
core_begin
T=$CORE/transition
mkfifo /tmp/pipe

# sleepers: one in poll(), one in epoll_wait(), on a pipe that nobody writes to
sleepers()
{
	sleep 1000 >/tmp/pipe &
	holder=$!
	./waiter poll </tmp/pipe >/tmp/poll &
	poll=$!
	./waiter epoll </tmp/pipe >/tmp/epoll &
	epoll=$!
	sleep 0.3
}

# let_go: the pipe has no writer any more, also not for a moment when the next sleepers open it
let_go()
{
	kill $holder
	wait $holder
}

# states: that of the patch and how many straggle
states()
{
	echo "$(cat $CORE/patches/any/state) $(cat $T/straggler_count)"
}

straggle()
{
	[ "$(cat $T/straggler_count)" = "$1" ]
}

insmod ./kmend_any.ko functions=do_sys_poll,do_epoll_wait || bail "kmend_any.ko cannot be loaded"
refused "nobody can be kicked without a transition" sh -c "echo 1 >$T/kick"
sleepers
ok "a patch of what they are in is applied" set_patch any 1
is "$(states)" "applying 2" "both straggle"
sleep 2
is "$(states)" "applying 2" "they are left alone"
like "$(cat $T/stragglers)" "^$poll	waiter	do_sys_poll	.*do_sys_poll" "one is listed with its stack"
like "$(cat $T/stragglers)" "^$epoll	waiter	do_epoll_wait	.*do_epoll_wait" "so is the other"
is "$(cat /tmp/poll /tmp/epoll)" "" "none of them has noticed"
is "$(cat $T/kick)" 0 "kicks are not allowed"
ok "until they are" sh -c "echo 1 >$T/kick"
ok "then the patch is live" wait_until 5 in_state any live
is "$(cat $T/kick)" 0 "for this transition only"
is "$(cat /tmp/poll)" "" "poll() goes on"
ok "in its task" kill -0 $poll
wait $epoll
is "$(cat /tmp/epoll)" EINTR "epoll_wait() was interrupted"

ok "the patch is reverted" set_patch any 0
is "$(states)" "reverting 1" "poll() straggles"
ok "its task is killed" kill -9 $poll
ok "which ends the revert" wait_until 5 in_state any loaded
let_go

sleepers
ok "the patch is applied again" set_patch any 1
is "$(states)" "applying 2" "both straggle"
kill -9 $epoll
ok "one of them dies" wait_until 5 straggle 1
is "$(cat $CORE/patches/any/state)" applying "the other one still does"
echo >/tmp/pipe
wait $poll
is "$(cat /tmp/poll)" ready "it is woken"
ok "and the patch is live" wait_until 5 in_state any live
let_go
ok "it is reverted" set_patch any 0
ok "that is done" wait_until 5 in_state any loaded
ok "its module is unloaded" rmmod kmend_any
core_end
