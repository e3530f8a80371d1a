// SPDX-License-Identifier: GPL-2.0
#include "child.h"

#include <signal.h>
#include <sys/prctl.h>

#include "lib/cleanup.h"

static void close_all_but(int a, int b)
{
	int low = a < b ? a : b, high = a < b ? b : a;

	if (low > STDERR_FILENO + 1)
		close_range(STDERR_FILENO + 1, low - 1, 0);
	if (low > STDERR_FILENO && high > low + 1)
		close_range(low + 1, high - 1, 0);
	if (low <= STDERR_FILENO && high > STDERR_FILENO + 1)
		close_range(STDERR_FILENO + 1, high - 1, 0);
	close_range(high + 1, ~0U, 0);
}

/* The service's signals are meant for the daemon, which then waits for its children. */
static void block_signals(void)
{
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	sigaddset(&blocked, SIGHUP);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
}

int child_prepare(pid_t daemon, int a, int b)
{
	block_signals();
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return -errno;
	if (getppid() != daemon)
		return -EOWNERDEAD;
	close_all_but(a, b);
	return 0;
}
