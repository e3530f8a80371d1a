/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The stacks of all tasks, looked at while they run on. What was found about a task is true for as
 * long as it has not run since, so that few need to be looked at while the machine stands.
 */
#ifndef KMEND_SURVEY_H
#define KMEND_SURVEY_H

#include <linux/types.h>

struct code_ranges;
struct survey;
struct task_struct;

enum survey_finding {
	SURVEY_UNKNOWN, /* it has run since, or was not there: look at it */
	SURVEY_OUTSIDE,
	SURVEY_INSIDE,
};

/* May take a while, and sleeps. NULL when out of memory. */
struct survey *survey_take(const struct code_ranges *ranges);
void survey_free(struct survey *survey);

/* Tasks that were inside. */
unsigned int survey_inside(const struct survey *survey);

/*
 * For one task after the other, in the order of the kernel's list of tasks, with the machine
 * stopped. *ret_inside: where it is; 0: its stack cannot be told.
 */
enum survey_finding survey_find(struct survey *survey, const struct task_struct *task,
				unsigned long *ret_inside);

#endif
