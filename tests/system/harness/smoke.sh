# SPDX-License-Identifier: GPL-2.0
# The guest itself: systemd is PID 1, the bus answers, modules can be loaded.
# module: btrfs
# shellcheck shell=sh
. ./guest.sh

is "$(cat /proc/1/comm)" systemd "PID 1 is systemd"
ok "the system bus answers" busctl --system status org.freedesktop.systemd1
ok "a module can be loaded" modprobe btrfs
like "$(journalctl --boot --no-pager)" 'Btrfs loaded' "the journal has the kernel's messages"
is "$(systemctl --failed --no-legend --plain | grep -c .)" 0 "no unit has failed"
done_testing
