# SPDX-License-Identifier: GPL-2.0
# A patch of one module that uses a symbol of another one, which is not exported and not changed; both
# may be loaded later.
# module: esp4
# file: fixes.inc
# shellcheck shell=sh
. ./guest.sh

PATCH=/sys/kernel/kmend/patches/needed-module

insmod ./kmend.ko
ok "the patch can be loaded without the modules" insmod ./needed-module.ko
is "$(cat $PATCH/objects/esp4/state) $(cat $PATCH/objects/xfrm_algo/state)" "absent absent" \
	"they are absent"
modprobe esp4
is "$(cat $PATCH/objects/esp4/state) $(cat $PATCH/objects/xfrm_algo/state)" "live live" \
	"the one that it changes brings the one that it uses"
before=$(cat /sys/module/xfrm_algo/refcnt)
ok "it is applied" sh -c "echo 1 >'$PATCH/enabled'"
wait_until 20 grep -q live "$PATCH/state"
is "$(cat "$PATCH/objects/esp4"/*/live)" 1 "the function is live"
ok "and reverted" sh -c "echo 0 >'$PATCH/enabled'"
wait_until 20 grep -q loaded "$PATCH/state"
ok "and unloaded" rmmod kmend_needed_module
is "$(cat /sys/module/xfrm_algo/refcnt)" $((before - 1)) "it had held the one that it uses"
ok "a patch is loaded again" insmod ./needed-module.ko
is "$(cat /sys/module/xfrm_algo/refcnt)" "$before" "and holds it again"
ok "the module that it changes goes" rmmod esp4
ok "then the one that it uses can" rmmod xfrm_algo
ok "it is unloaded" rmmod kmend_needed_module
ok "the core is unloaded" rmmod kmend
done_testing
