/* SPDX-License-Identifier: GPL-2.0 */
/* Which functions the patches of a plan change, and who has each of them. */
#ifndef KMENDD_FUNCS_H
#define KMENDD_FUNCS_H

#include "nodes.h"

/* One function of one patch. */
struct func_use {
	const char *object, *name;
	unsigned long position; /* 1 for a unique name: that is also the first */
	size_t number; /* the same for the same function */
};

struct funcs {
	struct func_use *items; /* those of a node stand together */
	size_t n;
	const struct node **owners; /* of each number the patch on top so far, or NULL */
};

/* Of all nodes that are live or to be. Returns 0 or -ENOMEM. */
int funcs_make(struct nodes *nodes, struct funcs *ret);

/* A function of this node that somebody has whom it does not stack on, or NULL. */
const struct func_use *funcs_find_rival(const struct funcs *funcs, const struct node *node,
					const struct node **ret_rival);

/* From now on the node has its functions, on top of those who had them. */
void funcs_claim(struct funcs *funcs, const struct node *node);

void funcs_done(struct funcs *funcs);

#endif
