// SPDX-License-Identifier: GPL-2.0
/*
 * One system call of a process of a given name; prints what it returned.
 * usage: try NAME cwd | lock FILE | wait FILE | hold FILE     (hold: until standard input ends)
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <unistd.h>

static int say(int r)
{
	printf("%s\n", r < 0 ? strerrorname_np(errno) : "ok");
	fflush(stdout);
	return r < 0;
}

static int lock(const char *how, const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600), r;
	char byte;

	if (fd < 0)
		return say(fd);
	r = say(flock(fd, strcmp(how, "lock") == 0 ? LOCK_EX | LOCK_NB : LOCK_EX));
	if (strcmp(how, "hold") == 0)
		while (read(STDIN_FILENO, &byte, 1) > 0)
			;
	return r;
}

int main(int argc, char **argv)
{
	char folder[256];

	if (argc < 3 || prctl(PR_SET_NAME, argv[1]) < 0)
		return 2;
	if (argc == 3 && strcmp(argv[2], "cwd") == 0)
		return say(getcwd(folder, sizeof(folder)) ? 0 : -1);
	return argc == 4 ? lock(argv[2], argv[3]) : 2;
}
