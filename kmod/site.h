/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A site is the entry of one function that ftrace redirects for us, with the stack of versions that
 * live patches have put there: the one on top is what its callers get.
 */
#ifndef KMEND_SITE_H
#define KMEND_SITE_H

#include <linux/list.h>
#include <linux/types.h>

struct func;
struct op;

/* Code that callers of a function can be sent to. */
struct version {
	unsigned long addr;
	u64 __percpu *calls; /* taken by it since its patch was applied */
};

struct site {
	struct hlist_node node; /* in the table of all sites, under kmend_lock */
	unsigned long ip; /* of the call that ftrace redirects */
	struct op *op; /* that ftrace calls for it */
	struct func *top; /* under kmend_lock; the others are below it; NULL: the old function */
	struct func *next; /* on top after the transaction that it is part of */
	struct list_head changing; /* in that transaction; empty: it is part of none */
	bool is_lost; /* its redirect was found not to be in effect, and told of */
	bool is_recorded; /* ftrace's own record says what it should, at the last look */

	/* What the handler reads; NULL: the old function. */
	const struct version *version; /* for everybody, unless */
	bool is_changing; /* then a task gets one of these, by its side */
	const struct version *before, *after;
};

/* The site whose call is at ip, or NULL. Needs kmend_lock. */
struct site *site_find(unsigned long ip);

/* Fill in a new one, which sends its callers to the old function, and make it known. */
void site_add(struct site *site, struct op *op, unsigned long ip);

/* Make it unknown, if it is not. Its memory stays its op's, as the handler may be using it. */
void site_remove(struct site *site);
bool site_is_known(const struct site *site);

/* Put a version on top of the stack, or take it out from wherever it is. Both need kmend_lock. */
void site_push(struct site *site, struct func *func);
void site_pull(struct site *site, struct func *func);

/*
 * From now on the side of a task says what it gets, the present version or that of "next", and from
 * then on everybody gets this one. Both need kmend_lock; at the latter no task may be on a side
 * that gives it another.
 */
void site_begin_change(struct site *site);
void site_end_change(struct site *site, const struct func *func);

/* What the current task, which is at the site, gets in a change. In any context. */
const struct version *site_choose(const struct site *site);

/* Are callers sent to this version, those at least who are not stragglers? Needs kmend_lock. */
bool site_sends_to(const struct site *site, const struct func *func);

#endif
