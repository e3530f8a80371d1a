# SPDX-License-Identifier: GPL-2.0
# A patch of a module that is not the kernel's own: names that two of its files have, a static key
# of its own, and a symbol that it exports in a namespace.
# file: fixes.inc
# shellcheck shell=sh
. ./guest.sh

PATCH=/sys/kernel/kmend/patches/outside-fix

insmod ./kmend.ko
refused "without the module the patch cannot be loaded" insmod ./outside-fix.ko
ok "the module" insmod ./outside.ko
is "$(cat /proc/outside)" "main 1 twin 101" "what it does"
ok "its patch" insmod ./outside-fix.ko
is "$(cat /proc/outside)" "main 2 twin 102" "nothing has changed yet"
ok "is applied" sh -c "echo 1 >'$PATCH/enabled'"
wait_until 20 grep -q live "$PATCH/state"
is "$(cat /proc/outside)" "patched main 3 twin 1033 count 2 value 7" \
	"it uses the functions and variables of the right files"
echo 1 >/proc/outside
is "$(cat /proc/outside)" "patched main 4 twin 1044 count 3 value 7 key on" \
	"the module's static key turns the patched branch on"
echo 0 >/proc/outside
is "$(cat /proc/outside)" "patched main 5 twin 1055 count 4 value 7" "and off"
is "$(dmesg | grep -c "outside: applied to outside")" 1 "its callback is called, as one of the module"
refused "the module cannot be unloaded under the patch" rmmod outside
ok "the patch is reverted" sh -c "echo 0 >'$PATCH/enabled'"
wait_until 20 grep -q loaded "$PATCH/state"
is "$(cat /proc/outside)" "main 6 twin 106" "the old functions, with the state that was kept"
ok "it is unloaded" rmmod kmend_outside_fix
ok "and the module, too" rmmod outside
ok "the core is unloaded" rmmod kmend
done_testing
