# SPDX-License-Identifier: GPL-2.0
# A state folder that cannot be written: nothing is changed, and that is said.
# file: daemon.inc
# timeout: 120
# shellcheck shell=sh disable=SC1091,SC2086
. ./daemon.inc
fresh

mkdir -p /etc/systemd/system/kmendd.service.d
cat >/etc/systemd/system/kmendd.service.d/state.conf <<-'EOF'
	[Service]
	ReadOnlyPaths=/var/lib/kmend
EOF
ok "apply before" kmendctl apply cmdline
before=$(disk_state)
systemctl daemon-reload
ok "restart with a read-only state folder" systemctl restart kmendd
ok "what was live stays live" live cmdline
refused "no apply" kmendctl apply version
code KM611
refused "no revert" kmendctl revert cmdline
code KM611
refused "no rollback" kmendctl rollback
code KM611
is "$(kernel_state)" "cmdline=live " "the kernel is as before"
ok "no module was loaded" sh -c '! grep -q kmend_version /proc/modules'
is "$(disk_state)" "$before" "the disk is as before"
is "$(state_of cmdline)" live "list still works"
like "$(kmendctl history --no-legend)" 'apply' "history too"

# A full disk.
fresh
systemctl stop kmendd
mount -t tmpfs -o size=64k tmpfs $STATE
ok "start on a small disk" systemctl start kmendd
ok "apply" kmendctl apply cmdline
dd if=/dev/zero of=$STATE/fill bs=4k 2>/dev/null
before=$(disk_state)
refused "the disk is full: no apply" kmendctl apply version
code KM611
like "$tap_out" 'No space left' "it says why"
refused "no revert" kmendctl revert cmdline
code KM611
is "$(kernel_state)" "cmdline=live " "the kernel is as before"
is "$(disk_state)" "$before" "the disk is as before, without temporary files"
rm $STATE/fill
ok "with space again" kmendctl revert cmdline
systemctl stop kmendd
umount $STATE

# Damaged files are named, and nothing is changed.
fresh
ok "apply" kmendctl apply cmdline
echo '{"generation": 1, "ba' >$STATE/generations/1.json
refused "a damaged generation" kmendctl apply version
code KM619
like "$tap_out" 'generations/1.json' "the file is named"
ok "the daemon goes on" systemctl restart kmendd
refused "and still refuses" kmendctl apply version
code KM619
ok "what is live stays live" live cmdline
fresh
done_testing
