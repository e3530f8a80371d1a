// SPDX-License-Identifier: GPL-2.0
/* threads N: N threads that sleep without end. Prints "ready" when all of them are there. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void *sleep_forever(void *data)
{
	for (;;)
		pause();
	return data;
}

int main(int argc, char *argv[])
{
	pthread_attr_t attr;
	int n = argc == 2 ? atoi(argv[1]) : 0;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 16384);
	for (int i = 0; i < n; i++) {
		pthread_t thread;

		if (pthread_create(&thread, &attr, sleep_forever, NULL) != 0) {
			perror("pthread_create");
			return 1;
		}
	}
	puts("ready");
	fflush(stdout);
	pause();
	return 0;
}
