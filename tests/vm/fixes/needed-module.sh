# SPDX-License-Identifier: GPL-2.0
# A patch of one module that uses a symbol of another one, which is not exported and not changed.
# module: esp4
# file: fixes.inc
# shellcheck shell=sh
. ./guest.sh

PATCH=/sys/kernel/kmend/patches/needed-module

insmod ./kmend.ko
refused "without the modules the patch cannot be loaded" insmod ./needed-module.ko
modprobe esp4
before=$(cat /sys/module/xfrm_algo/refcnt)
ok "with them it can" insmod ./needed-module.ko
is "$(cat /sys/module/xfrm_algo/refcnt)" $((before + 1)) "the module that it uses is held"
ok "it is applied" sh -c "echo 1 >'$PATCH/enabled'"
wait_until 20 grep -q live "$PATCH/state"
is "$(cat "$PATCH/objects/esp4"/*/live)" 1 "the function is live"
ok "and reverted" sh -c "echo 0 >'$PATCH/enabled'"
wait_until 20 grep -q loaded "$PATCH/state"
ok "and unloaded" rmmod kmend_needed_module
is "$(cat /sys/module/xfrm_algo/refcnt)" "$before" "which gives the module free"
ok "the core is unloaded" rmmod kmend
done_testing
