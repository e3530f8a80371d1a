/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every patch that a plan has to know of, found by its name: what catalog, core, generations and
 * policy say of it, and what is wished for it.
 */
#ifndef KMENDD_NODES_H
#define KMENDD_NODES_H

#include "plan.h"

enum node_wish {
	NODE_KEEP, /* stays as it is */
	NODE_UP, /* to be live */
	NODE_DOWN, /* to be reverted, and out of the set */
};

/* Why it is wished. */
enum node_cause {
	CAUSE_NONE,
	CAUSE_ASKED, /* somebody named it */
	CAUSE_GENERATION, /* the generation has it, or does not have it */
	CAUSE_NEEDED, /* another one needs it */
	CAUSE_NEEDS, /* it needs another one, which goes */
	CAUSE_REPLACED, /* another one replaces it */
	CAUSE_LEFTOVER, /* an unfinished change has left it */
};

enum node_mark {
	NODE_NEW,
	NODE_VISITING,
	NODE_READY, /* is live and stays so, or can be brought live */
	NODE_OUT, /* stays as it is, and is not live */
};

struct node {
	const char *name;
	const struct catalog_entry *entry; /* NULL: not in the catalog */
	const struct core_patch *core; /* NULL: not registered */
	const struct generation_patch *known; /* in the generation in force, or NULL */
	const struct generation_patch *target; /* in the one that a rollback leads to, or NULL */
	const struct manifest *manifest; /* of what is live, or else could be; NULL: not known */
	const char *pin; /* the version it is pinned to, or NULL */
	bool is_held;

	enum node_wish wish;
	enum node_cause cause;
	const struct node *other; /* of the cause */
	bool is_member; /* of the set that results, unless it goes down */

	enum node_mark mark;
	const struct node *excluded_by; /* one that is ready */
	size_t first_func, n_funcs; /* in struct funcs */

	char *const *depends, *const *stacks_on;
	size_t n_depends, n_stacks_on;
};

struct nodes {
	struct node *items; /* sorted by name */
	size_t n;
	struct node **members; /* in the order in which they joined */
	size_t n_members;
};

/* target may be NULL; names: others that are asked for. Returns 0 or -ENOMEM. */
int nodes_make(const struct plan_input *in, const struct generation *target, char *const *names,
	       struct nodes *ret);

struct node *nodes_find(const struct nodes *nodes, const char *name);

/* Make it a member, if it is none. */
void nodes_join(struct nodes *nodes, struct node *node);

/* Wish something for a node. */
void node_wish(struct node *node, enum node_wish wish, enum node_cause cause,
	       const struct node *other);

/* The patches that it depends or stacks on, counted from 0; NULL after the last. */
const char *node_need(const struct node *node, size_t i);

/* "depends on" or "stacks on". */
const char *node_need_verb(const struct node *node, size_t i);

const char *node_version(const struct node *node);

/* Is it live now? */
bool node_is_live(const struct node *node);

/* Is it live now and afterwards? */
bool node_stays(const struct node *node);

/* Is it on its way from one state to another? */
bool node_is_moving(const struct node *node);

/* Who needs whom, the other way round. */
struct dependents {
	size_t *first; /* of each node, into items; and one more */
	struct node **items; /* sorted by name for each */
};

int dependents_make(const struct nodes *nodes, struct dependents *ret);
void dependents_done(struct dependents *dependents);

void nodes_done(struct nodes *nodes);

#endif
