// SPDX-License-Identifier: GPL-2.0
/*
 * Replace the only device of a mounted btrfs by another: try MOUNT-POINT NEW-DEVICE. The fix
 * closes a race that this cannot provoke; it takes the way that was fixed. Exit status: 0 the
 * device was replaced, 2 not.
 */
#include <fcntl.h>
#include <linux/btrfs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

int main(int argc, char **argv)
{
	struct btrfs_ioctl_dev_replace_args args = {
		.cmd = BTRFS_IOCTL_DEV_REPLACE_CMD_START,
		.start.srcdevid = 1,
	};
	int fd;

	if (argc != 3 || strlen(argv[2]) >= sizeof(args.start.tgtdev_name)) {
		fputs("usage: try MOUNT-POINT NEW-DEVICE\n", stderr);
		return 2;
	}
	strcpy((char *)args.start.tgtdev_name, argv[2]);
	fd = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, BTRFS_IOC_DEV_REPLACE, &args) < 0) {
		perror(argv[1]);
		return 2;
	}
	printf("device 1 of %s replaced by %s: result %llu\n", argv[1], argv[2],
	       (unsigned long long)args.result);
	return args.result == BTRFS_IOCTL_DEV_REPLACE_RESULT_NO_ERROR ? 0 : 2;
}
