# SPDX-License-Identifier: GPL-2.0
# After the tests of the core: the checks are still at work, and no memory was lost.
# timeout: 120
# shellcheck shell=sh disable=SC1091,SC2046,SC2086
. ./guest.sh
LEAKS=/sys/kernel/debug/kmemleak

set -- $(grep debug_locks: /proc/lockdep_stats)
is "$2" 1 "lockdep looks at every lock still"
ok "the core can be loaded and unloaded once more" sh -c 'insmod ./kmend.ko && rmmod kmend'
# What is old enough and found in two scans is reported: pointers in registers are not seen.
sleep 6
echo scan >$LEAKS
sleep 1
echo scan >$LEAKS
is "$(grep -cE '\[(kmend|kmend_[a-z]*|core_[a-z]*)\]' $LEAKS)" 0 "no memory of the core is lost"
note "$(cat $LEAKS)"
done_testing
