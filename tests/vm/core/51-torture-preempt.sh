# SPDX-License-Identifier: GPL-2.0
# The same on a kernel that preempts tasks anywhere.
# file: core.inc torture.inc 50-torture.sh
# timeout: 240
# append: preempt=full
# shellcheck shell=sh disable=SC1091
. ./50-torture.sh
