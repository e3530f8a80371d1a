// SPDX-License-Identifier: GPL-2.0
/*
 * What the benchmark's script cannot time itself:
 *   engine tasks N              N threads that sleep; says "ready" and stays
 *   engine sleepers N MS        N threads that are in bench_wait() for MS ms, again and again
 *   engine kmend PATCH          applies it; says "SWITCH STOP END"
 *   engine klp MODULE COUNT     loads it (with count=COUNT unless that is 0); "SWITCH LOAD END"
 *   engine gate                 opens the gate that bench_wait() waits for; says "END"
 * SWITCH is the engine's own word from the request to the end of the transition, LOAD is the time
 * of loading, END the clock at the end; all in nanoseconds.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define CORE       "/sys/kernel/kmend"
#define STACK_SIZE 16384

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void nap_us(long us)
{
	struct timespec time = {.tv_nsec = us * 1000};

	nanosleep(&time, NULL);
}

static _Noreturn void die(const char *what)
{
	perror(what);
	exit(1);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die(path);
	close(fd);
}

static const char *read_file(const char *path)
{
	static char text[256];
	int fd = open(path, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		die(path);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static void wait_for(const char *path, const char *value)
{
	while (strcmp(read_file(path), value) != 0)
		nap_us(500);
}

static const char *sleep_ms;

static void *sleeper(void *arg)
{
	(void)arg;
	while (sleep_ms)
		write_file("/proc/bench_wait", sleep_ms);
	for (;;)
		pause();
	return NULL;
}

static void start_tasks(int n)
{
	pthread_attr_t attributes;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	for (int i = 0; i < n; i++) {
		pthread_t thread;

		if (pthread_create(&thread, &attributes, sleeper, NULL))
			die("thread");
	}
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}

static int apply(const char *patch)
{
	char path[256];

	snprintf(path, sizeof(path), CORE "/patches/%s/enabled", patch);
	write_file(path, "1");
	snprintf(path, sizeof(path), CORE "/patches/%s/state", patch);
	wait_for(path, "live");
	printf("%s", read_file(CORE "/transition/duration_ns"));
	printf(" %s %lld\n", read_file(CORE "/transition/stop_ns"), now());
	return 0;
}

/* Nanoseconds of the last line of the kernel log that has the text, or 0. */
static long long log_time(const char *text)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	char line[8192];
	long long found = 0;
	ssize_t n;

	if (fd < 0)
		die("/dev/kmsg");
	while ((n = read(fd, line, sizeof(line) - 1)) > 0) {
		long long us;

		line[n] = '\0';
		if (strstr(line, text) && sscanf(line, "%*d,%*d,%lld", &us) == 1)
			found = us * 1000;
	}
	close(fd);
	return found;
}

static int load(const char *module, const char *count)
{
	char path[256], options[64] = "", begin[128], end[128];
	long long start;
	int fd;

	snprintf(path, sizeof(path), "./%s.ko", module);
	if (strcmp(count, "0") != 0)
		snprintf(options, sizeof(options), "count=%s", count);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	start = now();
	if (fd < 0 || syscall(SYS_finit_module, fd, options, 0))
		die(path);
	start = now() - start;
	snprintf(path, sizeof(path), "/sys/kernel/livepatch/%s/transition", module);
	wait_for(path, "0");
	snprintf(begin, sizeof(begin), "enabling patch '%s'", module);
	snprintf(end, sizeof(end), "'%s': patching complete", module);
	printf("%lld %lld %lld\n", log_time(end) - log_time(begin), start, now());
	return 0;
}

int main(int argc, char *argv[])
{
	if (argc == 3 && strcmp(argv[1], "tasks") == 0)
		start_tasks(atoi(argv[2]));
	if (argc == 4 && strcmp(argv[1], "sleepers") == 0) {
		sleep_ms = argv[3];
		start_tasks(atoi(argv[2]));
	}
	if (argc == 3 && strcmp(argv[1], "kmend") == 0)
		return apply(argv[2]);
	if (argc == 4 && strcmp(argv[1], "klp") == 0)
		return load(argv[2], argv[3]);
	if (argc == 2 && strcmp(argv[1], "gate") == 0) {
		write_file("/proc/bench_gate", "1");
		printf("%lld\n", now());
		return 0;
	}
	return 2;
}
