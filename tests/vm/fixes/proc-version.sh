# SPDX-License-Identifier: GPL-2.0
# A change that is easy to see: /proc/version has a second line.
# file: fixes.inc
# shellcheck shell=sh
. ./fixes.inc

patch_begin proc-version
try try-proc-version 1 "before: one line"
patch_apply
try try-proc-version 0 "patched: two lines"
patch_revert
try try-proc-version 1 "after: one line again"
patch_end
