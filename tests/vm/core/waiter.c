// SPDX-License-Identifier: GPL-2.0
/*
 * waiter poll|epoll: wait without end for standard input, which is to be a pipe. Prints "ready"
 * when there is something to read, or the error's name.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static int wait_poll(void)
{
	struct pollfd pollfd = {.fd = STDIN_FILENO, .events = POLLIN};

	return poll(&pollfd, 1, -1);
}

static int wait_epoll(void)
{
	struct epoll_event event = {.events = EPOLLIN};
	int fd = epoll_create1(0);

	if (fd < 0 || epoll_ctl(fd, EPOLL_CTL_ADD, STDIN_FILENO, &event) < 0)
		return -1;
	return epoll_wait(fd, &event, 1, -1);
}

int main(int argc, char *argv[])
{
	int r;

	if (argc != 2)
		return 2;
	r = strcmp(argv[1], "poll") == 0 ? wait_poll() : wait_epoll();
	puts(r == 1 ? "ready" : r < 0 ? strerrorname_np(errno) : "nothing");
	return r != 1;
}
