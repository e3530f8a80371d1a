// SPDX-License-Identifier: GPL-2.0
/*
 * Give a new time namespace an offset of -1 nanoseconds, which is not valid. The number is read as
 * unsigned, so a negative one has to be written as 2^64 - 1: it slips through the only check that
 * an unfixed kernel makes, that it is below a second. Exit status: 0 the kernel refuses it
 * (fixed), 1 it takes it, 2 it cannot be tried.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

int main(void)
{
	static const char offset[] = "monotonic 0 18446744073709551615";
	ssize_t n;
	int fd;

	if (unshare(CLONE_NEWTIME) < 0) {
		perror("unshare");
		return 2;
	}
	fd = open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
	if (fd < 0) {
		perror("/proc/self/timens_offsets");
		return 2;
	}
	n = write(fd, offset, strlen(offset));
	if (n < 0 && errno != EINVAL) {
		perror("/proc/self/timens_offsets");
		return 2;
	}
	printf("echo \"%s\" >/proc/self/timens_offsets: %s\n", offset,
	       n < 0 ? strerror(EINVAL) : "accepted");
	return n < 0 ? 0 : 1;
}
