/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Noticing that a patch on probation does harm: an oops, a BUG, a warning, a report of KFENCE or
 * KASAN, a soft lockup or an RCU stall, at an address in the patch's code or in what that called.
 * Where the kernel panics instead (panic_on_oops, panic_on_warn, softlockup_panic, an oops in an
 * interrupt or in init) nothing can be done any more: that is what kmendd's own guard is for, which
 * finds out at the next boot.
 */
#ifndef KMEND_HARM_H
#define KMEND_HARM_H

#include <linux/sched.h>
#include <linux/types.h>

enum harm_kind {
	HARM_OOPS,
	HARM_WARNING,
	HARM_MEMORY,
	HARM_LOCKUP,
	HARM_STALL,
	_HARM_MAX,
};

/* What was noticed. */
struct harm {
	u64 watched; /* number of the probation in which it happened */
	enum harm_kind kind;
	unsigned long at; /* the instruction, or where the stack begins */
	unsigned long inside; /* the innermost address in the patch's code: it, or what called it */
	pid_t pid;
	char comm[TASK_COMM_LEN]; /* not necessarily terminated */
};

/* Begin and stop to notice. What cannot be noticed on this kernel is said. */
void harm_init(void);
void harm_exit(void);

/*
 * Soft lockups are noticed while there is a patch only, whose module keeps this one from being
 * unloaded: for if ftrace shuts itself down, it can never be. Both need kmend_lock.
 */
void harm_watch(void);
void harm_unwatch(void);

/* Take the next that was noticed. False when there is none. */
bool harm_take(struct harm *ret);

/* In words: "an oops"... */
const char *harm_name(const struct harm *harm);

/*
 * True while a CPU in a soft lockup has not run anything else yet. To stop the machine then would
 * stop all other CPUs for as long as that one is stuck. This asks it; ask again in a moment.
 */
bool harm_cpu_is_stuck(void);

#endif
