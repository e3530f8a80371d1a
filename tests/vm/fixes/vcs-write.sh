# SPDX-License-Identifier: GPL-2.0
# A fix in vmlinux that uses symbols which are not exported.
# file: fixes.inc
# shellcheck shell=sh
. ./fixes.inc

patch_begin vcs-write
try try-vcs 0 "before: /dev/vcs1 can be written"
patch_apply
is "$(calls vcs_write)" 0 "the new function was not called yet"
try try-vcs 0 "patched: /dev/vcs1 can be written"
is "$(calls vcs_write)" 1 "the new function was called"
ok "a write of the whole screen" sh -c 'head -c 2000 /dev/zero >/dev/vcs1'
like "$(calls vcs_write)" '^([2-9]|[1-9][0-9]+)$' "it went to the new function too"
patch_revert
try try-vcs 0 "after: /dev/vcs1 can be written"
patch_end
