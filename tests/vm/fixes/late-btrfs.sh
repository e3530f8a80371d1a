# SPDX-License-Identifier: GPL-2.0
# A fix in a module that is loaded after the patch: many relocations against what it does not
# export; a mounted btrfs replaces its device through the new function, time after time.
# file: fixes.inc
# module: btrfs loop
# timeout: 400
# shellcheck shell=sh
. ./fixes.inc

modprobe loop || bail "loop cannot be loaded"
zcat btrfs.img.gz >/tmp/disk1
truncate -s 64M /tmp/disk2
for number in 1 2; do
	losetup "/dev/loop$number" "/tmp/disk$number" || bail "no loop device"
done
mkdir -p /tmp/mount

patch_begin btrfs-replace
is "$(cat "$PATCH/objects/btrfs/state")" absent "btrfs is not loaded"
ok "it is applied" sh -c "echo 1 >'$PATCH/enabled'"
ok "and live" wait_until 20 in_state live
is "$(live)" 0 "though nothing of it is there"
from=1 to=2
for i in 1 2 3 4 5; do
	ok "round $i: btrfs comes" modprobe btrfs
	is "$(cat "$PATCH/objects/btrfs/state") $(live)" "live 1" "it is patched"
	mount -t btrfs "/dev/loop$from" /tmp/mount || bail "btrfs cannot be mounted"
	[ "$i" -gt 1 ] || echo kept >/tmp/mount/file
	before=$(calls btrfs_dev_replace_by_ioctl)
	try try-btrfs-replace 0 "a device is replaced" /tmp/mount "/dev/loop$to"
	is "$(calls btrfs_dev_replace_by_ioctl)" $((before + 1)) "by the new function"
	is "$(cat /tmp/mount/file)" kept "the file system is whole"
	refused "btrfs cannot go while it is mounted" rmmod btrfs
	umount /tmp/mount
	ok "it goes" rmmod btrfs
	is "$(cat "$PATCH/objects/btrfs/state") $(live)" "absent 0" "and is absent"
	number=$from from=$to to=$number
	dd if=/dev/zero of="/tmp/disk$to" bs=1M count=1 conv=notrunc 2>/dev/null
done
ok "it is reverted" sh -c "echo 0 >'$PATCH/enabled'"
ok "and loaded only" wait_until 20 in_state loaded
ok "btrfs comes" modprobe btrfs
is "$(cat "$PATCH/objects/btrfs/state") $(live)" "live 0" "it is as it was shipped"
patch_end
