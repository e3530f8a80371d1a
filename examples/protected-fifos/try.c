// SPDX-License-Identifier: GPL-2.0
/*
 * Open a FIFO that somebody else has made in a folder where everybody may, as a program does that
 * believes it makes the file itself. Exit status: 0 the kernel refuses (fixed), 1 it is opened,
 * 2 it cannot be tried.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOMEBODY 1

static int try_in(const char *folder)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "%s/file", folder);
	if (chmod(folder, 01777) < 0 || mkfifo(path, 0666) < 0 ||
	    chown(path, SOMEBODY, SOMEBODY) < 0) {
		perror(path);
		return 2;
	}
	fd = open(path, O_CREAT | O_RDWR | O_NONBLOCK | O_CLOEXEC, 0600);
	printf("opening somebody else's FIFO: %s\n", fd < 0 ? "refused" : "done");
	if (fd < 0 && errno != EACCES) {
		perror(path);
		return 2;
	}
	if (fd >= 0)
		close(fd);
	unlink(path);
	return fd < 0 ? 0 : 1;
}

int main(void)
{
	char folder[] = "/tmp/kmend-fifos-XXXXXX";
	int status;

	if (!mkdtemp(folder)) {
		perror(folder);
		return 2;
	}
	status = try_in(folder);
	rmdir(folder);
	return status;
}
