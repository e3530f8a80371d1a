# SPDX-License-Identifier: GPL-2.0
# On processors that may not have returns and indirect calls in the first half of a cache line.
# cpu: Skylake-Client-v1
# append: retbleed=off
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
if dmesg | grep -q 'active return thunk: its_return_thunk'; then
	is "$(echo "$places" | grep -c first-half)" 0 "returns there go to the kernel's thunk"
else
	skip "returns" "this kernel does not know the processor's flaw"
fi
like "$places" '^\.smp_locks [0-9]+ lock$' "on two processors, atomic operations lock"
patch_revert
is "$(wc -l </proc/version)" 1 "after: one line again"
patch_end
