// SPDX-License-Identifier: GPL-2.0
/*
 * torture load MS: tasks that call what the torture patches change, or sleep in it up to MS
 * milliseconds at a time, until they are killed.
 * torture cycle N: apply and revert the patch "torture" N times, in turn
 *   plainly, with a revert before the apply is done, replaced by "torture_next" in between,
 *   and now and then with its module unloaded and loaded again. Prints the times that it took and
 *   what else can be counted; status 1 when something does not come to its end.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CORE          "/sys/kernel/kmend"
#define PORT          4711
#define PATIENCE_US   300000000
#define RELOAD_EVERY  64
#define REPORT_EVERY  500
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static int longest_ms;

static _Noreturn void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf(": %s\n", strerror(errno));
	fflush(stdout);
	_exit(1);
}

/* Mostly short, so that a try to find nobody asleep has a chance; now and then long. */
static int some_ms(unsigned *seed)
{
	return rand_r(seed) % 16 ? 1 : longest_ms;
}

static void nap(unsigned *seed)
{
	struct timespec time = {.tv_nsec = 1000000L * (rand_r(seed) % 4)};

	nanosleep(&time, NULL);
}

static _Noreturn void *poller(void *arg)
{
	unsigned seed = (uintptr_t)arg;

	for (;;) {
		poll(NULL, 0, some_ms(&seed));
		nap(&seed);
	}
}

static _Noreturn void *epoller(void *arg)
{
	unsigned seed = (uintptr_t)arg;
	int fd = epoll_create1(0);

	for (;;) {
		struct epoll_event event;

		syscall(SYS_epoll_wait, fd, &event, 1, some_ms(&seed));
		nap(&seed);
	}
}

static int futex_word;

static _Noreturn void *waiter(void *arg)
{
	unsigned seed = (uintptr_t)arg;

	for (;;) {
		struct timespec time = {.tv_nsec = 1000000L * (some_ms(&seed) % 1000)};

		syscall(SYS_futex, &futex_word, FUTEX_WAIT_PRIVATE, futex_word, &time, NULL, 0);
		nap(&seed);
	}
}

static _Noreturn void *waker(void *arg)
{
	unsigned seed = (uintptr_t)arg;

	for (;;) {
		__atomic_add_fetch(&futex_word, 1, __ATOMIC_SEQ_CST);
		syscall(SYS_futex, &futex_word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
		nap(&seed);
	}
}

static int pipes[2];

static _Noreturn void *reader(void *arg)
{
	char c;

	for (;;)
		if (read(pipes[0], &c, 1) != 1 && errno != EINTR)
			die("pipe %p", arg);
}

static _Noreturn void *writer(void *arg)
{
	unsigned seed = (uintptr_t)arg;

	for (;;) {
		if (write(pipes[1], "x", 1) != 1 && errno != EINTR)
			die("pipe");
		nap(&seed);
	}
}

static struct sockaddr_in address(void)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
				    .sin_port = htons(PORT),
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static _Noreturn void *acceptor(void *arg)
{
	struct sockaddr_in local = address();
	int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, (struct sockaddr *)&local, sizeof(local)) || listen(fd, 16))
		die("listen %p", arg);
	for (;;) {
		int peer = accept(fd, NULL, NULL);

		if (peer >= 0)
			close(peer);
	}
}

static _Noreturn void *connector(void *arg)
{
	struct linger at_once = {.l_onoff = 1};
	struct sockaddr_in remote = address();
	unsigned seed = (uintptr_t)arg;

	for (;;) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
		connect(fd, (struct sockaddr *)&remote, sizeof(remote));
		nap(&seed);
		close(fd);
	}
}

/* The chain in a tight loop: N calls that pause in the given way. */
static void call_chain(unsigned n, unsigned pause)
{
	char text[32];
	int fd = open("/proc/core_torture", O_WRONLY);
	int length = snprintf(text, sizeof(text), "%u %u", n, pause);

	if (fd < 0 || write(fd, text, length) != length)
		die("/proc/core_torture");
	close(fd);
}

static _Noreturn void *caller(void *arg)
{
	unsigned seed = (uintptr_t)arg, i;

	for (i = seed;; i++) {
		call_chain(i % 4 == 3 ? 2 : 200, i % 4);
		nap(&seed);
	}
}

static _Noreturn void *signaller(void *arg)
{
	unsigned seed = (uintptr_t)arg;

	for (;;) {
		kill(getpid(), SIGUSR1);
		nap(&seed);
		nap(&seed);
	}
}

static void on_signal(int number)
{
	(void)number;
}

/* Tasks that come and go, and are in the chain when they are killed. */
static _Noreturn void fork_forever(void)
{
	unsigned seed = 1;

	for (;;) {
		pid_t child = fork();

		if (child == 0) {
			for (;;)
				call_chain(2, rand_r(&seed) % 4);
		}
		nap(&seed);
		if (child > 0) {
			kill(child, SIGKILL);
			waitpid(child, NULL, 0);
		}
	}
}

static _Noreturn void load(void)
{
	static void *(*const kinds[])(void *) = {poller,    poller, epoller, epoller, waiter,
						 waiter,    waker,  reader,  writer,  acceptor,
						 connector, caller, caller,  caller,  signaller};
	struct sigaction action = {.sa_handler = on_signal};

	sigaction(SIGUSR1, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (pipe(pipes))
		die("pipe");
	if (fork() == 0)
		fork_forever();
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, kinds[i], (void *)(i + 1)))
			die("thread");
	}
	for (;;)
		pause();
}

static long long now_us(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000LL + time.tv_nsec / 1000;
}

static int open_file(const char *patch, const char *name, int flags)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), CORE "/patches/%s/%s", patch, name);
	fd = open(path, flags);
	if (fd < 0)
		die("%s", path);
	return fd;
}

static void say_why(const char *patch)
{
	char text[512] = "";
	int fd = open_file(patch, "last_error", O_RDONLY);

	if (read(fd, text, sizeof(text) - 1) > 0)
		printf("%s: %s\n", patch, text);
	close(fd);
}

static void set(const char *patch, bool live)
{
	int fd = open_file(patch, "enabled", O_WRONLY);

	if (write(fd, live ? "1" : "0", 1) != 1) {
		say_why(patch);
		die("%s %d", patch, live);
	}
	close(fd);
}

/* Without poll(): whoever sleeps in what changes holds up what he waits for. */
static void wait_for(const char *patch, const char *state)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	long long start = now_us();
	int fd = open_file(patch, "state", O_RDONLY);

	for (;;) {
		char text[64] = "";

		if (pread(fd, text, sizeof(text) - 1, 0) < 0)
			die("state of %s", patch);
		text[strcspn(text, "\n")] = '\0';
		if (strcmp(text, state) == 0)
			break;
		if (now_us() - start > PATIENCE_US) {
			errno = ETIME;
			die("%s is %s", patch, text);
		}
		nanosleep(&pause, NULL);
	}
	close(fd);
}

static void reload(const char *module)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "./%s.ko", module);
	while (syscall(SYS_delete_module, module, O_NONBLOCK))
		if (errno != EAGAIN && errno != EBUSY)
			die("%s cannot be unloaded", module);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
		die("%s", path);
	close(fd);
}

struct times {
	long long *us;
	size_t n;
};

static int compare(const void *a, const void *b)
{
	const long long *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void tell(const char *what, struct times *times)
{
	qsort(times->us, times->n, sizeof(*times->us), compare);
	if (times->n)
		printf("%s: median %.1f ms, longest %.1f ms, %zu times\n", what,
		       times->us[times->n / 2] / 1000.0, times->us[times->n - 1] / 1000.0,
		       times->n);
}

static void note_time(struct times *times, long long start)
{
	times->us[times->n++] = now_us() - start;
}

static struct times applies, reverts, replaced;

static void change(const char *patch, bool live, struct times *times)
{
	long long start = now_us();

	set(patch, live);
	wait_for(patch, live ? "live" : "loaded");
	note_time(times, start);
}

static void cycle_once(unsigned i, bool can_replace)
{
	switch (i % 4) {
	case 1:
		set("torture", true);
		set("torture", false);
		wait_for("torture", "loaded");
		break;
	case 3:
		change("torture", true, &applies);
		if (can_replace) {
			change("torture_next", true, &replaced);
			wait_for("torture", "loaded");
			change("torture_next", false, &reverts);
			break;
		}
		change("torture", false, &reverts);
		break;
	default:
		change("torture", true, &applies);
		change("torture", false, &reverts);
	}
	if (i % RELOAD_EVERY == RELOAD_EVERY - 1)
		reload("kmend_torture");
}

static int cycle(unsigned n)
{
	bool can_replace = access(CORE "/patches/torture_next", F_OK) == 0;
	long long start = now_us();

	applies.us = calloc(n, sizeof(long long));
	reverts.us = calloc(n, sizeof(long long));
	replaced.us = calloc(n, sizeof(long long));
	for (unsigned i = 0; i < n; i++) {
		cycle_once(i, can_replace);
		if (i % REPORT_EVERY == REPORT_EVERY - 1) {
			printf("%u cycles in %lld s\n", i + 1, (now_us() - start) / 1000000);
			fflush(stdout);
		}
	}
	tell("apply", &applies);
	tell("replace", &replaced);
	tell("revert", &reverts);
	printf("%u cycles in %lld s\n", n, (now_us() - start) / 1000000);
	return 0;
}

int main(int argc, char *argv[])
{
	if (argc == 3 && strcmp(argv[1], "load") == 0) {
		longest_ms = atoi(argv[2]);
		load();
	}
	if (argc == 3 && strcmp(argv[1], "cycle") == 0)
		return cycle(atoi(argv[2]));
	return 2;
}
