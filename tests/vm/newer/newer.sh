# SPDX-License-Identifier: GPL-2.0
# On a newer kernel: functions that no indirect call may reach are sealed in new code as in the
# kernel's own; calls and returns are what the processor needs; values that the kernel has in its own
# code since boot are read.
# expect-log: ------------[ cut here ]------------
# expect-log-like: WARNING: CPU: .* at fs/proc/version.c:[0-9]+ version_proc_show.*
# expect-log: Call Trace:
# shellcheck shell=sh
. ./fixes.inc

is "$(wc -l </proc/version)" 1 "before: one line"
patch_begin newer
patch_apply
text=$(cat /proc/version)
note "$text"
like "$text" 'double: 42' "a new function is called"
like "$text" 'next: 2 3' "one by a pointer, too"
like "$text" 'processes: [1-9]' "one that is not exported"
like "$text" 'users: 1 0' "what the kernel writes into its own code at boot is read by the new"
ok "all places in the new code are as the kernel wants them" ./sites newer.ko kmend_newer
places=$tap_out
note "$places"
like "$places" '^\.ibt_endbr_seal [1-9][0-9]* sealed$' "what has no pointer to it is sealed"
like "$places" '^\.call_sites .*[0-9] call$' "calls go to their functions"
like "$places" '^\.return_sites [0-9]+ ret' "returns are the processor's"
patch_revert
is "$(wc -l </proc/version)" 1 "after: one line again"
patch_end
