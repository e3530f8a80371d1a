/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Notice what others do with ftrace, by probes on two of its functions: that it has changed code,
 * and that somebody came who wanted a function of ours for himself and was refused. Without the
 * probes, as on a kernel where kprobes are switched off, the latter is not noticed.
 */
#ifndef KMEND_RIVAL_H
#define KMEND_RIVAL_H

#include <linux/sched.h>
#include <linux/types.h>

/* One who was refused. */
struct rival {
	unsigned long ip; /* of the function that he wanted */
	unsigned long callback; /* what ftrace was to call */
	unsigned long flags; /* FTRACE_OPS_FL_* */
	pid_t pid; /* who asked for it */
	char comm[TASK_COMM_LEN];
};

/* changed() and came() are called in a worker. What cannot be probed is said, and no error. */
void rivals_watch(void (*changed)(void), void (*came)(const struct rival *rival));
void rivals_ignore(void);

/* The functions that are ours, of which ips is taken over (kvmalloc); sleeps not. */
struct rival_ips {
	struct rcu_head rcu;
	unsigned int nr;
	unsigned long ips[];
};
void rivals_want(struct rival_ips *ours);

#endif
