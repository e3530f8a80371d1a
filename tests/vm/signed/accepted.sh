# SPDX-License-Identifier: GPL-2.0
# A signature at the end of a patch module is in nobody's way: the kernel finds its end, applies
# the klp relocations, and the patch goes live and back. A kernel that does not insist on
# signatures takes one of a key it does not know, as it takes a module without.
# shellcheck shell=sh
. ./guest.sh

patch=/sys/kernel/kmend/patches/proc-version

in_state()
{
	[ "$(cat "$patch/state")" = "$1" ]
}

ok "the core is loaded" insmod ./kmend.ko
ok "a signed patch is loaded" insmod ./proc-version.ko
echo 1 >"$patch/enabled"
ok "it goes live" wait_until 20 in_state live
is "$(wc -l </proc/version)" 2 "and has its effect"
echo 0 >"$patch/enabled"
ok "it is reverted" wait_until 20 in_state loaded
is "$(wc -l </proc/version)" 1 "and the effect is gone"
ok "it is unloaded" rmmod kmend_proc_version
refused "one with a damaged signature is refused" insmod ./broken.ko
ok "the core is unloaded" rmmod kmend
done_testing
