/* SPDX-License-Identifier: GPL-2.0 */
/* What the core does at the moment, and whom it waits for, as sysfs shows it (kmend/sysfs.h). */
#ifndef KMEND_LIB_TRANSITION_H
#define KMEND_LIB_TRANSITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cleanup.h"
#include "core.h"

/*
 * Its files are read one after the other, so that one value may be newer than another: where it
 * matters, read until "state" is the same before and after. Figures of an idle one are the last's.
 */
struct transition {
	enum core_state state; /* CORE_APPLYING or CORE_REVERTING, or CORE_LOADED: idle */
	char *patch; /* the first of those under way; "": idle */
	char *changes; /* "+NAME -NAME ..."; "": idle */
	char *callback; /* "EVENT FUNCTION" that runs now, or "" */
	char *straggler; /* "PID COMM FUNCTION", the first of them, or "" */
	uint64_t stragglers; /* how many */
	uint64_t tries;
	uint64_t elapsed_ns; /* since the request or the reversal; idle: to the very end */
	uint64_t duration_ns; /* to the switch of the last task, of the last that switched */
	uint64_t stop_ns; /* the longest stop of the machine */
	bool may_kick; /* stragglers that sleep are woken */
};

/* A task that is waited for. */
struct straggler {
	int pid;
	char *comm; /* printable */
	char *function; /* that it was seen in, or "?" */
	char *stack; /* "FUNCTION, FUNCTION, ...", the innermost first; "" while it runs */
};

struct stragglers {
	struct straggler *items;
	size_t n;
};

/*
 * In all of these sysfs is where sysfs is mounted, normally "/sys". They return 0, -ENOENT when the
 * core is not loaded, -EBADMSG when a file has what it should not, or another negative errno.
 */
int transition_read(const char *sysfs, struct transition *ret);

/* As many as the core can tell of, which may be fewer than there are. Needs root. */
int transition_read_stragglers(const char *sysfs, struct stragglers *ret);

/*
 * Have stragglers that sleep woken, or no more, until the transition under way has ended: some
 * system calls then return EINTR. -ESRCH: it is not tasks that is waited for.
 */
int transition_set_kick(const char *sysfs, bool kick);

void transition_done(struct transition *transition);
void stragglers_done(struct stragglers *stragglers);

#endif
