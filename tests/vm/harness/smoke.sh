# SPDX-License-Identifier: GPL-2.0
# The guest itself: what test scripts rely on is there.
# module: btrfs
# shellcheck shell=sh
. ./guest.sh

ok "proc is mounted" test -r /proc/version
ok "tracing is mounted" test -r /sys/kernel/tracing/current_tracer
ok "a module with dependencies can be loaded" modprobe btrfs
ok "it is listed" grep -q '^btrfs ' /proc/modules
refused "a module that was not asked for is not there" modprobe no_such_module
done_testing
