/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What ftrace knows of us: an op holds a number of sites, which are all given to it before it is
 * registered. It never grows after that, as ftrace does not notice conflicts then, and it is given
 * back when no version is left at any of its sites. All of this needs kmend_lock.
 */
#ifndef KMEND_OP_H
#define KMEND_OP_H

#include <linux/types.h>

struct ftrace_ops;
struct object;
struct op;
struct patch;
struct site;

/* With room for nr sites, at least one. NULL when out of memory. */
struct op *op_new(unsigned int nr);

/* Add a site for this call, which no op holds yet. */
struct site *op_add(struct op *op, unsigned long ip);

/*
 * Have ftrace call it. It is passive: all callers still get the old functions. Returns 0, or
 * ftrace's negative errno with nothing changed and the op gone; where that is -EBUSY,
 * *ret_conflict is the call of a function that belongs to somebody else.
 */
int op_register(struct op *op, unsigned long *ret_conflict);

/* One that is not registered, and its sites. */
void op_free(struct op *op);

/*
 * Give back all sites that have no version and are part of no transaction, and free the ops that
 * have none left. Returns 0, or a negative errno: ftrace has died, and memory and modules must
 * stay until reboot.
 */
int op_release_unused(void);

/* What ftrace is told. */
const struct ftrace_ops *op_ftrace(const struct op *op);

/*
 * Somebody else has unregistered it: let a fresh one with its sites take its place. Returns 0, or a negative errno with nothing
 * changed; -EEXIST when it is not so.
 */
int op_revive(struct op *op);

/* Free what that has left behind, at the core's own end. */
void op_exit(void);

/* Make the sites of an object that goes unknown, which ftrace may have kept. */
void op_forget(const struct patch *patch, const struct object *object);

#endif
