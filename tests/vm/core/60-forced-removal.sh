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
core_end
