# SPDX-License-Identifier: GPL-2.0
# The kernel has the checks that it was built for.
# shellcheck shell=sh disable=SC1091,SC2046,SC2086
. ./guest.sh

set -- $(grep debug_locks: /proc/lockdep_stats)
is "$2" 1 "lockdep looks at every lock"
like "$(dmesg)" 'KernelAddressSanitizer initialized' "KASAN looks at every access"
like "$(dmesg)" 'Dynamic Preempt: full|preempt.*full' "tasks are preempted anywhere"
ok "kmemleak looks for lost memory" test -w /sys/kernel/debug/kmemleak
done_testing
