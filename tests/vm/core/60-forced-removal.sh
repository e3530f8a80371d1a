# SPDX-License-Identifier: GPL-2.0
# A live patch whose module is removed by force is reverted before its code goes.
# file: core.inc
# boot: own
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
core_begin
insmod ./kmend_value.ko && insmod ./kmend_sleep.ko || bail "a patch cannot be loaded"
ok "a patch is applied" set_patch value 1
ok "another is applied" set_patch sleep 1
ok "its module is removed by force" rmmod -f kmend_value
is "$(cat $TARGET/value)" 1 "it was reverted"

cat $TARGET/sleep >/tmp/slept &
sleep 0.2
rmmod -f kmend_sleep &
remover=$!
sleep 1
ok "removal waits for a task inside" kill -0 $remover
echo 1 >$TARGET/gate
wait $remover
is "$?" 0 "it ends when the task has left"
is "$(cat /tmp/slept)" 2 "the task ran the new function to its end"
ok "the module is gone" test ! -e /sys/module/kmend_sleep

# told: the callbacks so far, which are gone with the module: the log has them, too
told()
{
	dmesg | sed -n 's/.*kmend_callbacks: //p' | tail -n "$1" | tr '\n' ' '
}

insmod ./kmend_callbacks.ko log=1 || bail "kmend_callbacks.ko cannot be loaded"
ok "a patch with callbacks is applied" set_patch callbacks 1
ok "its module is removed by force" rmmod -f kmend_callbacks
is "$(told 5)" "pre_revert:b.c pre_revert:a.c post_revert:c.c post_revert:b.c post_revert:a.c " "its callbacks are called before its code goes"
insmod ./kmend_callbacks.ko log=1 || bail "kmend_callbacks.ko cannot be loaded"
printf pre_apply:a.c >/sys/module/kmend_callbacks/parameters/hold
{ echo 1 >$CORE/patches/callbacks/enabled; } 2>/tmp/said &
writer=$!
sleep 0.5
rmmod -f kmend_callbacks &
remover=$!
sleep 0.5
ok "removal waits for a callback that runs" kill -0 $remover
printf - >/sys/module/kmend_callbacks/parameters/hold
wait $writer
wait $remover
is "$?" 0 "it ends when that has returned"
is "$(told 5)" "pre_apply:a.c pre_apply:b.c post_revert:c.c! post_revert:b.c! post_revert:a.c! " "and the apply has been undone"
like "$(cat /tmp/said)" "Operation canceled" "whoever asked for it is told"
ok "the module is gone" test ! -e /sys/module/kmend_callbacks
core_end
