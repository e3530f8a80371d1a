# SPDX-License-Identifier: GPL-2.0
# On one processor that needs return thunks: atomic operations do not lock, and every return of new
# code goes through the thunk, as in the kernel.
# cpu: EPYC,family=22,model=48
# cpus: 1
# file: fixes.inc
# expect-log: ------------[ cut here ]------------
# expect-log-like: WARNING: CPU: .* at fs/proc/version.c:27 version_proc_show.*
# expect-log: Call Trace:
# shellcheck shell=sh
. ./fixes.inc

patch_begin special-sections
patch_apply
like "$(cat /proc/version)" 'pointer: 42' "the new code runs"
ok "all places in the new code are as the kernel wants them" \
	./sites special-sections.ko kmend_special_sections
places=$tap_out
note "$places"
if dmesg | grep -q 'active return thunk: retbleed_return_thunk'; then
	like "$places" '^\.return_sites [0-9]+ thunk:retbleed_return_thunk$' "every return goes to the kernel's thunk"
else
	skip "returns" "this kernel does not know the processor's flaw"
fi
like "$places" '^\.smp_locks [0-9]+ unlocked$' "on one processor, atomic operations need not lock"
patch_revert
is "$(wc -l </proc/version)" 1 "after: one line again"
patch_end
