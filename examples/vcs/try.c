// SPDX-License-Identifier: GPL-2.0
/*
 * Write to the first virtual console's screen memory and read it back. The fix closes a race
 * that this cannot provoke; it takes the way that was fixed. Exit status: 0 what was written is
 * there, 2 not.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void)
{
	static const char text[] = "written through /dev/vcs1";
	char got[sizeof(text)] = {};
	int fd = open("/dev/vcs1", O_RDWR | O_CLOEXEC);

	if (fd < 0 || pwrite(fd, text, strlen(text), 0) != (ssize_t)strlen(text) ||
	    pread(fd, got, strlen(text), 0) != (ssize_t)strlen(text)) {
		perror("/dev/vcs1");
		return 2;
	}
	printf("read back from /dev/vcs1: %s\n", got);
	return strcmp(got, text) == 0 ? 0 : 2;
}
