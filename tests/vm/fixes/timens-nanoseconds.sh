# SPDX-License-Identifier: GPL-2.0
# A fix in vmlinux whose effect can be seen: invalid nanoseconds are accepted, refused, accepted.
# file: fixes.inc
# shellcheck shell=sh
. ./fixes.inc

patch_begin timens-nanoseconds
try try-timens 1 "before: invalid nanoseconds are accepted"
patch_apply
try try-timens 0 "patched: invalid nanoseconds are refused"
like "$(calls proc_timens_set_offset)" '^[1-9]' "the new function was called"
patch_revert
try try-timens 1 "after: invalid nanoseconds are accepted again"
patch_end
