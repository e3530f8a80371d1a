// SPDX-License-Identifier: GPL-2.0
#include "run.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#define CAPTURE_MAX (256 * 1024)
#define TICK_MS     250

/* Signal handlers can reach nothing else. */
static volatile sig_atomic_t interrupted;

static void on_signal(int sig)
{
	interrupted = sig;
}

void run_catch_signals(void)
{
	/* No SA_RESTART: a wait for a program must end. */
	struct sigaction action = {.sa_handler = on_signal};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

bool run_interrupted(void)
{
	return interrupted != 0;
}

long run_clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void __attribute__((noreturn)) child_fail(int report)
{
	int error = errno;

	if (write(report, &error, sizeof(error)) < 0)
		_exit(126);
	_exit(127);
}

static void __attribute__((noreturn)) child(const struct run *run, int capture, int report)
{
	int in = open(run->input ?: "/dev/null", O_RDONLY);
	int out = capture;

	/* In its own group: this program decides when it ends, not the terminal. */
	setpgid(0, 0);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	if (run->output)
		out = open(run->output, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (in < 0 || out < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(capture, 2) < 0)
		child_fail(report);
	if (run->folder && chdir(run->folder) < 0)
		child_fail(report);
	setenv("LC_ALL", "C", 1);
	/* A build must not take options from whoever calls this program. */
	unsetenv("MAKEFLAGS");
	unsetenv("MAKELEVEL");
	unsetenv("KCFLAGS");
	unsetenv("KBUILD_OUTPUT");
	execvp(run->argv[0], (char *const *)run->argv);
	child_fail(report);
}

/* As read(), with run->tick called while there is nothing to read. */
static ssize_t read_ticking(const struct run *run, int fd, void *buffer, size_t size)
{
	struct pollfd pollfd = {.fd = fd, .events = POLLIN};
	int r;

	while (run->tick) {
		r = poll(&pollfd, 1, TICK_MS);
		if (r < 0)
			return r;
		run->tick(run->userdata);
		if (r > 0)
			break;
	}
	return read(fd, buffer, size);
}

static int drain(const struct run *run, int fd, char **ret_text, pid_t pid)
{
	_cleanup_free_ char *text = malloc(2 * CAPTURE_MAX + 1);
	size_t n = 0;

	if (!text)
		return -ENOMEM;
	for (;;) {
		ssize_t got = read_ticking(run, fd, text + n, 2 * CAPTURE_MAX - n);

		if (got < 0 && errno == EINTR) {
			if (interrupted)
				kill(-pid, SIGTERM);
			continue;
		}
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		n += got;
		if (n == 2 * CAPTURE_MAX) {
			memmove(text, text + CAPTURE_MAX, CAPTURE_MAX);
			n = CAPTURE_MAX;
		}
	}
	text[n] = '\0';
	if (ret_text)
		*ret_text = TAKE_PTR(text);
	return 0;
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
		if (interrupted)
			kill(-pid, SIGTERM);
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int run_program(const struct run *run, char **ret_text)
{
	_cleanup_close_ int capture_read = -1, report_read = -1;
	_cleanup_free_ char *text = NULL;
	int capture[2], report[2], error = 0, r, status;
	pid_t pid;

	if (interrupted)
		return -EINTR;
	if (pipe2(capture, O_CLOEXEC) < 0)
		return -errno;
	capture_read = capture[0];
	if (pipe2(report, O_CLOEXEC) < 0) {
		r = -errno;
		close(capture[1]);
		return r;
	}
	report_read = report[0];
	pid = fork();
	if (pid == 0)
		child(run, capture[1], report[1]);
	r = pid < 0 ? -errno : 0;
	close(capture[1]);
	close(report[1]);
	if (r < 0)
		return r;
	r = drain(run, capture_read, &text, pid);
	status = wait_for(pid);
	if (interrupted)
		return -EINTR;
	if (read(report_read, &error, sizeof(error)) == sizeof(error))
		return -error;
	if (r < 0)
		return r;
	if (status >= 0 && ret_text)
		*ret_text = TAKE_PTR(text);
	return status;
}
