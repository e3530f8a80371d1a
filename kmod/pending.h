/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stragglers: tasks that were inside code that changes when everybody else switched sides. Each
 * stays on the side that it was on until it has been seen outside once, be it
 *  - by a recheck of its stack, while it is off its CPU or, on its CPU, by an interrupt there;
 *  - by itself, when it comes to a site: the handler then looks at the stack below.
 *
 * There are two tables, so that the next one can be filled while handlers look into the present
 * one: which one is meant is a bit of "side" (side.h). They are never freed before the core goes,
 * as a preempted handler may be looking at one that has been out of use for long.
 */
#ifndef KMEND_PENDING_H
#define KMEND_PENDING_H

#include <linux/sched.h>

struct code_ranges;
struct pending;

/* For people. */
struct straggler {
	pid_t pid; /* 0: an idle task, or, with an empty comm, there is no straggler */
	char comm[TASK_COMM_LEN];
	unsigned long inside; /* where it was seen last; 0: its stack could not be told */
};

/* The table number 0 or 1. */
struct pending *pending_table(unsigned int number);

/*
 * Empty a table that is not in use, for tasks that have to be outside of these ranges, and make
 * room for so many. Returns 0 or -ENOMEM.
 */
int pending_prepare(struct pending *pending, const struct code_ranges *ranges, unsigned int room);

/* From now on tasks have to be outside of other ranges; the old ones stay as long as before. */
void pending_change_ranges(const struct code_ranges *old, const struct code_ranges *ranges);

/* Empty a table that is not in use. */
void pending_clear(struct pending *pending);

/* Add a task; for the time while the machine is stopped. Returns 0, or -ENOSPC. */
int pending_add(struct pending *pending, struct task_struct *task, unsigned long inside);

/* Is it in the table, and still on its old side? Of any task, with the machine stopped. */
bool pending_holds(const struct pending *pending, const struct task_struct *task);

/*
 * Is the current task on its old side, and will it be there for the call at ip? If not, it is on
 * its new side for good. Called by the handler, in any context.
 */
bool pending_keeps_current(struct pending *pending, unsigned long ip);

/* Look at all that are left, and return how many are left after that. May sleep. */
unsigned int pending_recheck(struct pending *pending);

/*
 * Wake those that sleep interruptibly, so that they leave the kernel for a moment. System calls
 * that cannot be restarted return EINTR.
 */
void pending_kick(struct pending *pending);

/* Nobody is to be looked after any more. */
void pending_release(struct pending *pending);

/* How many are left; *ret is the first. */
unsigned int pending_first(const struct pending *pending, struct straggler *ret);

/* Tell tracers of all that are in the table, which is not older than the last stop. */
void pending_trace(const struct pending *pending);

/*
 * A line "PID\tCOMM\tFUNCTION\tSTACK" for each that is left, as far as they fit; STACK is
 * "FUNCTION, FUNCTION, ...", the innermost first, and empty of a task that runs. Returns the
 * number of bytes.
 */
ssize_t pending_describe(const struct pending *pending, char *page);

/* The core is going: nobody is in the handler. */
void pending_exit(void);

#endif
