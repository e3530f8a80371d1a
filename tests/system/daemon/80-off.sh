# SPDX-License-Identifier: GPL-2.0
# kmend=off on the kernel's command line keeps everything away.
# file: daemon.inc
# append: kmend=off
# timeout: 120
# shellcheck shell=sh disable=SC1091,SC2086
. ./daemon.inc

is "$(systemctl is-active kmendd)" inactive "kmendd does not run"
refused "the core is not loaded" grep -q '^kmend ' /proc/modules
refused "no change can be made" timeout 10 kmendctl apply cmdline
code KM624
like "$tap_out" 'kmend=off' "and why"
is "$(systemctl is-active kmendd)" inactive "and asking does not start it"
done_testing
