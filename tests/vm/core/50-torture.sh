# SPDX-License-Identifier: GPL-2.0
# Applied and reverted again and again under tasks, interrupts and kernel threads that never leave
# what changes alone, and must never see a mixture. More of it: "make torture".
# file: core.inc torture.inc
# timeout: 240
# shellcheck shell=sh disable=SC1091,SC2034
CYCLES=20
sleepers=10
. ./torture.inc
