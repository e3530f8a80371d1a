/* SPDX-License-Identifier: GPL-2.0 */
/* Which task is inside which code: reliable stack checks while the machine stands still. */
#ifndef KMEND_UNWIND_H
#define KMEND_UNWIND_H

#include <linux/sched.h>

/* Code addresses [start, end). */
struct code_range {
	unsigned long start;
	unsigned long end;
};

struct code_ranges {
	unsigned int nr;
	struct code_range items[]; /* sorted by start, none overlaps another */
};

#define UNWIND_FUNCTION_LEN 128

/* A task that was found inside, or whose stack could not be trusted. */
struct straggler {
	struct task_struct *task; /* referenced; NULL: there is no straggler */
	pid_t pid;
	char comm[TASK_COMM_LEN];
	char function[UNWIND_FUNCTION_LEN]; /* "?" where its stack could not be trusted */
	unsigned long switches; /* how often it had been switched out then */
};

/* Room for nr ranges, none of them in it yet; free with kvfree(). NULL when out of memory. */
struct code_ranges *code_ranges_new(unsigned int nr);

/* Add one; there must be room. size in bytes. */
void code_ranges_add(struct code_ranges *ranges, unsigned long start, unsigned long size);

/* Sort and merge, once all are added. */
void code_ranges_finish(struct code_ranges *ranges);

/*
 * Stop the machine and look at the stack of every task; when none of them is inside the ranges,
 * call commit(data), which must neither sleep nor fail, before the machine runs on. A task that
 * equals "except" (may be NULL) is not looked at.
 *
 * Returns 0 when committed, -EAGAIN when *ret_straggler is inside (forget it with
 * straggler_forget()) or, with no task in it, when the tasks could not be told this time, or
 * another negative errno. *ret_stop_ns is how long the machine stood.
 */
int unwind_all_and_commit(const struct code_ranges *ranges, const struct task_struct *except,
			  void (*commit)(void *data), void *data, struct straggler *ret_straggler,
			  u64 *ret_stop_ns);

/* True when the straggler has not run since it was found, and so is where it was. */
bool straggler_is_still_there(const struct straggler *straggler);
void straggler_forget(struct straggler *straggler);

#endif
