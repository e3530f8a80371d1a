/* SPDX-License-Identifier: GPL-2.0 */
/* What the reliable unwinder says about the stack of one task. */
#ifndef KMEND_STACK_H
#define KMEND_STACK_H

#include <linux/sched.h>

struct code_ranges;

/*
 * Is the task inside the ranges? It must be the current one, or it must not run meanwhile, which
 * the caller may also find out afterwards (stack_stamp()). Returns 0 when it is not, or -EAGAIN
 * with *ret_inside as the first address found; 0: its stack cannot be told.
 */
int stack_look(const struct code_ranges *ranges, struct task_struct *task,
	       unsigned long *ret_inside);

/*
 * The current task has come to the call at ip, from where ftrace has called us: was it outside of
 * the ranges before that? For any context.
 */
bool stack_was_outside(const struct code_ranges *ranges, unsigned long ip);

/* The functions that the task is in, from the innermost one. Returns how many there are. */
unsigned int stack_read(struct task_struct *task, unsigned long *ret, unsigned int max);

/* The stack of a dead task goes away before the task does; this keeps it. */
bool stack_get(struct task_struct *task);
void stack_put(struct task_struct *task);

/*
 * How often a task has been switched out. Where that is the same at two times and the task was on
 * no CPU at either, then it did not run in between.
 */
static inline unsigned long stack_stamp(const struct task_struct *task)
{
	return READ_ONCE(task->nvcsw) + READ_ONCE(task->nivcsw);
}

#endif
