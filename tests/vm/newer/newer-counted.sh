# SPDX-License-Identifier: GPL-2.0
# On a processor whose returns are safe only while fewer calls are under way than it remembers: the
# kernel counts them, at each call and return of new code, too.
# cpu: Skylake-Client-v1
# append: retbleed=stuff spectre_v2=retpoline
# expect-log: ------------[ cut here ]------------
# expect-log-like: WARNING: CPU: .* at fs/proc/version.c:[0-9]+ version_proc_show.*
# expect-log: Call Trace:
# shellcheck shell=sh
. ./fixes.inc

like "$(cat /sys/devices/system/cpu/vulnerabilities/retbleed)" Stuffing "the kernel counts calls"
patch_begin newer
patch_apply
text=$(cat /proc/version)
note "$text"
like "$text" 'next: 2 3' "new functions are called"
ok "all places in the new code are as the kernel wants them" ./sites newer.ko kmend_newer
places=$tap_out
note "$places"
like "$places" '^\.call_sites .*[0-9] counted$' "calls are counted, before new functions, too"
like "$places" '^\.return_sites [0-9]+ thunk:call_depth_return_thunk' "and returns"
patch_revert
is "$(wc -l </proc/version)" 1 "after: one line again"
patch_end
