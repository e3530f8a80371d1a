// SPDX-License-Identifier: GPL-2.0
/*
 * wait-state FILE VALUE SECONDS: sleep in poll() until FILE says VALUE. Prints how often it was
 * woken. Status 1 when the time ran out.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
	int fd, woken = 0, seconds;

	if (argc != 4)
		return 2;
	seconds = atoi(argv[3]);
	fd = open(argv[1], O_RDONLY);
	if (fd < 0) {
		perror(argv[1]);
		return 2;
	}
	for (;;) {
		struct pollfd pollfd = {.fd = fd, .events = POLLPRI};
		char text[64] = "";

		if (pread(fd, text, sizeof(text) - 1, 0) < 0) {
			perror(argv[1]);
			return 2;
		}
		text[strcspn(text, "\n")] = '\0';
		if (strcmp(text, argv[2]) == 0)
			break;
		if (poll(&pollfd, 1, seconds * 1000) != 1) {
			printf("still %s\n", text);
			return 1;
		}
		woken++;
	}
	printf("woken %d\n", woken);
	return 0;
}
