// SPDX-License-Identifier: GPL-2.0
#include "run.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#define CAPTURE_MAX (256 * 1024)
#define TICK_MS     250
#define PATIENCE_MS 5000

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

/* A program that was started. */
struct process {
	const struct run *run; /* NULL: a free place */
	size_t place; /* in the list of what is to be run */
	pid_t pid, parent;
	int capture, report;
	char *text;
	size_t n;
};

static void __attribute__((noreturn)) child_fail(int report)
{
	int error = errno;

	if (write(report, &error, sizeof(error)) < 0)
		_exit(126);
	_exit(127);
}

static void __attribute__((noreturn)) execute(const struct run *run, int report)
{
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	setenv("LC_ALL", "C", 1);
	/* A build must not take options from whoever calls this program. */
	unsetenv("MAKEFLAGS");
	unsetenv("MAKELEVEL");
	unsetenv("KCFLAGS");
	unsetenv("KBUILD_OUTPUT");
	/* Nor may they learn what opens the signing key. */
	unsetenv("KBUILD_SIGN_PIN");
	execvp(run->argv[0], (char *const *)run->argv);
	child_fail(report);
}

static void __attribute__((noreturn)) child(const struct process *process, int capture, int report)
{
	const struct run *run = process->run;
	int in = open(run->input ?: "/dev/null", O_RDONLY);
	int out = capture, status;

	/* In its own group: this program decides when it ends, not the terminal. */
	setpgid(0, 0);
	/* What is left when this program is killed would go on writing. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != process->parent)
		_exit(126);
	if (run->output)
		out = open(run->output, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (in < 0 || out < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0)
		child_fail(report);
	if (!run->call && dup2(capture, 2) < 0)
		child_fail(report);
	if (run->folder && chdir(run->folder) < 0)
		child_fail(report);
	if (!run->call)
		execute(run, report);
	status = run->call(run->userdata);
	fflush(NULL);
	_exit(status);
}

static int start(struct process *process, const struct run *run, size_t place)
{
	int capture[2], report[2], r;

	*process = (struct process){.run = run, .place = place, .parent = getpid()};
	process->text = malloc(2 * CAPTURE_MAX + 1);
	if (!process->text)
		return -ENOMEM;
	if (pipe2(capture, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(report, O_CLOEXEC) < 0) {
		r = -errno;
		close(capture[0]);
		close(capture[1]);
		return r;
	}
	/* A child that does not execute anything would write again what is still in the buffers. */
	fflush(NULL);
	process->pid = fork();
	if (process->pid == 0)
		child(process, capture[1], report[1]);
	r = process->pid < 0 ? -errno : 0;
	close(capture[1]);
	close(report[1]);
	process->capture = capture[0];
	process->report = report[0];
	if (r < 0) {
		close(process->capture);
		close(process->report);
	}
	return r;
}

/* Returns 1 when there is more to come, 0 at the end, or a negative errno. */
static int capture(struct process *process)
{
	ssize_t got =
		read(process->capture, process->text + process->n, 2 * CAPTURE_MAX - process->n);

	if (got < 0)
		return errno == EINTR ? 1 : -errno;
	process->n += got;
	if (process->n == 2 * CAPTURE_MAX) {
		memmove(process->text, process->text + CAPTURE_MAX, CAPTURE_MAX);
		process->n = CAPTURE_MAX;
	}
	return got > 0;
}

static int wait_for(const struct process *process)
{
	int status;

	while (waitpid(process->pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
		if (interrupted)
			kill(-process->pid, SIGTERM);
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void finish(struct process *process, struct run_result *result)
{
	int error = 0;

	result->status = wait_for(process);
	if (read(process->report, &error, sizeof(error)) == sizeof(error))
		result->status = -error;
	close(process->capture);
	close(process->report);
	process->text[process->n] = '\0';
	if (result->status >= 0)
		result->text = TAKE_PTR(process->text);
	free(process->text);
	*process = (struct process){0};
}

static void terminate(const struct process *processes, unsigned n, int sig)
{
	for (unsigned i = 0; i < n; i++)
		if (processes[i].run)
			kill(-processes[i].pid, sig);
}

/* Asked once; what does not end then is killed. A call ends others itself, which takes longer. */
static void end_all(const struct process *processes, unsigned n, long *asked)
{
	long patience = PATIENCE_MS;

	for (unsigned i = 0; i < n; i++)
		if (processes[i].run && processes[i].run->call)
			patience = 2 * PATIENCE_MS;
	if (*asked == 0) {
		terminate(processes, n, SIGTERM);
		*asked = run_clock_ms();
	} else if (run_clock_ms() - *asked > patience) {
		terminate(processes, n, SIGKILL);
	}
}

/* Wait until something is said or the time for a tick has come; take in what is said. */
static size_t look(struct process *processes, unsigned n, struct pollfd *polls,
		   struct run_result *results)
{
	size_t ended = 0;

	for (unsigned i = 0; i < n; i++)
		polls[i] = (struct pollfd){
			.fd = processes[i].run ? processes[i].capture : -1,
			.events = POLLIN,
		};
	if (poll(polls, n, TICK_MS) < 0)
		return 0;
	for (unsigned i = 0; i < n; i++) {
		if (!polls[i].revents || capture(&processes[i]) > 0)
			continue;
		finish(&processes[i], &results[processes[i].place]);
		ended++;
	}
	return ended;
}

static void tell(const struct process *processes, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (processes[i].run && processes[i].run->tick)
			processes[i].run->tick(processes[i].run->userdata);
}

int run_programs(const struct run *runs, size_t n, unsigned jobs,
		 void (*done)(void *userdata, size_t n_done), void *userdata,
		 struct run_result *results)
{
	unsigned places = jobs < n ? jobs : n;
	_cleanup_free_ struct process *processes = calloc(places + 1, sizeof(*processes));
	_cleanup_free_ struct pollfd *polls = calloc(places + 1, sizeof(*polls));
	size_t next = 0, running = 0, ended = 0, now;
	long asked = 0;
	int r = 0;

	memset(results, 0, n * sizeof(*results));
	if (!processes || !polls)
		return -ENOMEM;
	for (;;) {
		for (unsigned i = 0; i < places && r == 0 && !interrupted && next < n; i++) {
			if (processes[i].run)
				continue;
			r = start(&processes[i], &runs[next], next);
			if (r < 0) {
				free(processes[i].text);
				processes[i] = (struct process){0};
				break;
			}
			next++;
			running++;
		}
		if (running == 0)
			break;
		if (interrupted || r < 0)
			end_all(processes, places, &asked);
		now = look(processes, places, polls, results);
		running -= now;
		ended += now;
		tell(processes, places);
		if (done)
			done(userdata, ended);
	}
	return interrupted ? -EINTR : r;
}

void run_results_done(struct run_result *results, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(TAKE_PTR(results[i].text));
}

int run_program(const struct run *run, char **ret_text)
{
	struct run_result result = {0};
	int r;

	if (interrupted)
		return -EINTR;
	r = run_programs(run, 1, 1, NULL, NULL, &result);
	if (r == 0)
		r = result.status;
	if (r >= 0 && ret_text)
		*ret_text = TAKE_PTR(result.text);
	free(result.text);
	return r;
}

unsigned run_cpus(void)
{
	cpu_set_t cpus;

	if (sched_getaffinity(0, sizeof(cpus), &cpus) < 0)
		return 1;
	return CPU_COUNT(&cpus) ?: 1;
}
