/* SPDX-License-Identifier: GPL-2.0 */
/* Others in the kernel that redirect functions, above all the in-tree livepatch engine. */
#ifndef KMEND_FOREIGN_H
#define KMEND_FOREIGN_H

#include <linux/types.h>

#define FOREIGN_OWNER_LEN 160

/*
 * Does somebody else have ftrace call him for the function in a way that keeps us out? If so, *ret
 * says who it is, in words. ip: the call at its entry that ftrace redirects.
 */
bool foreign_owner(unsigned long old_addr, unsigned long ip, char ret[FOREIGN_OWNER_LEN]);

/* Whose ftrace op that is, by what ftrace calls for it and its flags, in words. */
void foreign_describe(unsigned long callback, unsigned long flags, char ret[FOREIGN_OWNER_LEN]);

/*
 * Keep the in-tree engine from beginning a transition, until foreign_resume(). False when one is
 * under way (or might be): then nothing is held.
 */
bool foreign_suspend(void);
void foreign_resume(void);

#endif
