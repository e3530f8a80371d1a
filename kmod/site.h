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
	const struct version *version; /* read by the handler; NULL: the old function */
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

/* Are callers sent to this version now? Needs kmend_lock. */
bool site_sends_to(const struct site *site, const struct func *func);

#endif
