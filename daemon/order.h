/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The patches of a wanted set in the order of their relations, each judged on the way, and what
 * goes in the reverse order.
 */
#ifndef KMENDD_ORDER_H
#define KMENDD_ORDER_H

#include "funcs.h"
#include "nodes.h"

struct order {
	const struct plan_input *in;
	struct diag_list *diags;
	bool strict; /* a wanted patch that cannot be brought live is an error */
	unsigned options; /* of enum plan_option */
	struct nodes nodes;

	struct funcs funcs;
	struct visit *visits; /* under way, the innermost last */
	size_t n_visits;
	struct node **sorted; /* the members that are ready, those that others need first */
	size_t n_sorted;
	struct node **removed; /* the nodes that go down, those that need others first */
	size_t n_removed;
};

/*
 * Judge and sort, by the wishes of the nodes. What patches that go live replace is wished down.
 * Returns 0, or a negative errno (diagnosed).
 */
int order_sort(struct order *order);

void order_done(struct order *order);

#endif
