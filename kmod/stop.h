/* SPDX-License-Identifier: GPL-2.0 */
/* One stop of the machine, in which everybody changes sides who is outside of code that changes. */
#ifndef KMEND_STOP_H
#define KMEND_STOP_H

#include <linux/types.h>

struct code_ranges;
struct pending;
struct survey;
struct task_struct;

struct stop {
	const struct code_ranges *ranges;
	const struct task_struct *except; /* not looked at, and so counted as outside; or NULL */
	struct survey *survey; /* NULL: every task is looked at during the stop */
	const struct pending *behind; /* these are on the new side already; NULL: nobody is */
	struct pending *pending; /* those who are inside; prepared */
	unsigned long side; /* the word to set */
};

/*
 * Returns 0 when everybody has changed sides but those in "pending"; -EAGAIN when the list of tasks
 * was being changed, or -ENOSPC when there were too many inside: then nobody has. *ret_ns is how
 * long the machine stood.
 */
int stop_and_switch(const struct stop *stop, u64 *ret_ns);

#endif
