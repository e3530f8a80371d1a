# SPDX-License-Identifier: GPL-2.0
# A fix of a variable's initial value: the author leaves it out, callbacks set the variable.
# file: fixes.inc
# shellcheck shell=sh
. ./fixes.inc

SYSCTL=/proc/sys/fs/protected_fifos

echo 0 >$SYSCTL
patch_begin protected-fifos
try try-protected-fifos 1 "before: somebody else's FIFO is opened"
patch_apply
is "$(cat $SYSCTL)" 1 "the variable is set"
try try-protected-fifos 0 "patched: it is refused"
patch_revert
is "$(cat $SYSCTL)" 0 "the variable is what it was"
try try-protected-fifos 1 "after: it is opened again"
echo 2 >$SYSCTL
patch_apply
is "$(cat $SYSCTL)" 2 "an administrator's choice stays"
patch_revert
is "$(cat $SYSCTL)" 2 "also when the patch goes"
echo 0 >$SYSCTL
patch_apply
echo 2 >$SYSCTL
patch_revert
is "$(cat $SYSCTL)" 2 "so does one that was made meanwhile"
echo 0 >$SYSCTL
patch_end
