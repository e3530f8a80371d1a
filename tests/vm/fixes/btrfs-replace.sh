# SPDX-License-Identifier: GPL-2.0
# A fix in a module that is loaded: a mounted btrfs replaces its device through the new function.
# file: fixes.inc
# module: btrfs loop
# timeout: 120
# shellcheck shell=sh
. ./fixes.inc

# disk NUMBER: a file of 64 MiB as a block device
disk()
{
	losetup "/dev/loop$1" "/tmp/disk$1"
}

modprobe loop || bail "loop cannot be loaded"
modprobe btrfs || bail "btrfs cannot be loaded"
zcat btrfs.img.gz >/tmp/disk1
truncate -s 64M /tmp/disk2 /tmp/disk3 /tmp/disk4
for number in 1 2 3 4; do
	disk "$number" || bail "no loop device"
done
mkdir -p /tmp/mount
mount -t btrfs /dev/loop1 /tmp/mount || bail "btrfs cannot be mounted"
echo kept >/tmp/mount/file

patch_begin btrfs-replace
refused "btrfs cannot go while the patch is registered" rmmod btrfs
try try-btrfs-replace 0 "before: a device is replaced" /tmp/mount /dev/loop2
patch_apply
is "$(calls btrfs_dev_replace_by_ioctl)" 0 "the new function was not called yet"
try try-btrfs-replace 0 "patched: a device is replaced" /tmp/mount /dev/loop3
is "$(calls btrfs_dev_replace_by_ioctl)" 1 "the new function was called"
patch_revert
try try-btrfs-replace 0 "after: a device is replaced" /tmp/mount /dev/loop4
is "$(cat /tmp/mount/file)" kept "the file system is whole"
umount /tmp/mount
patch_end
