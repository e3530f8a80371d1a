/* SPDX-License-Identifier: GPL-2.0 */
/* The patches of a wanted set in the order of their dependencies, each judged on the way. */
#ifndef KMENDD_ORDER_H
#define KMENDD_ORDER_H

#include "plan.h"

enum node_mark {
	NODE_NEW,
	NODE_VISITING,
	NODE_UP, /* is live, or can be brought live */
	NODE_DOWN, /* stays as it is */
};

struct node {
	char *name;
	const struct catalog_entry *entry; /* NULL: not in the catalog */
	const struct core_patch *core; /* NULL: not registered */
	const struct generation_patch *known; /* NULL: in no generation looked at */
	bool wanted_up; /* to be brought live where it is not */
	enum node_mark mark;
};

struct order {
	const struct plan_input *in;
	struct diag_list *diags;
	bool strict; /* a wanted patch that cannot be brought live is an error */
	bool lift; /* quarantine is no obstacle */
	struct node *nodes;
	size_t n;
	struct node **sorted; /* the nodes that are up, dependencies first */
	size_t n_sorted;
};

/* Add a patch to the set; known may be NULL. Returns 0 or -ENOMEM. */
int order_add(struct order *order, const char *name, const struct generation_patch *known,
	      bool wanted_up);

struct node *order_find(const struct order *order, const char *name);

/* Judge and sort. Returns 0, or a negative errno (diagnosed). */
int order_sort(struct order *order);

/* What a patch depends on, by the catalog or else by its generation. */
char *const *node_depends(const struct node *node);
const char *node_version(const struct node *node);
bool node_is_live(const struct node *node);

void order_done(struct order *order);

#endif
