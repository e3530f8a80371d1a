# SPDX-License-Identifier: GPL-2.0
# The same on a kernel that preempts tasks anywhere.
# file: core.inc 50-torture.sh
# timeout: 180
# append: preempt=full
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./50-torture.sh
