/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Functions that no patch may change: those that the core relies upon while it changes others, and
 * those that the administrator names. What is listed takes precedence over every patch.
 */
#ifndef KMEND_NOTRACE_H
#define KMEND_NOTRACE_H

#include <linux/types.h>

struct patch;

/* Take the names of the module's parameter. Returns 0, or a negative errno and has said why. */
int notrace_init(void);
void notrace_exit(void);

/*
 * Is a function of the patch listed? Returns 0, or -EPERM and has said which and why. To be asked
 * before ftrace is. Needs kmend_lock.
 */
int notrace_check(struct patch *patch);

/*
 * "+RULE" adds, "-RULE" takes away what was added; a RULE is a glob of function names, with
 * "OBJECT:" before it where it is about one object only. What names a function that is patched now
 * is refused with -EBUSY, so that the list never says what is not so. Needs kmend_lock.
 */
int notrace_change(const char *text);

/* The administrator's rules, or the core's own, one a line, into a page. Needs kmend_lock. */
ssize_t notrace_show(char *page);
ssize_t notrace_show_builtin(char *page);

#endif
