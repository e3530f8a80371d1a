/* SPDX-License-Identifier: GPL-2.0 */
/* Whether a patch may go live, or go: seen for itself, and in the company of the others. */
#ifndef KMENDD_JUDGE_H
#define KMENDD_JUDGE_H

#include "order.h"

/* All of these return 0, a negative errno (diagnosed), or -ENOMEM. */

/*
 * Wish down what patches that go live replace. One that is wanted itself is refused; where the
 * order is not strict, it is left as it is.
 */
int judge_replaced(struct order *order);

/* Can what a new patch needs be there at all? */
int judge_need(struct order *order, const struct node *node, const char *need);

/* A new patch, when those that it needs have been judged. */
int judge_new(struct order *order, const struct node *node);

/* One that is live, and to be. */
int judge_live(struct order *order, const struct node *node);

/* It is ready: from now on it has its functions, and excludes others. */
void judge_accept(struct order *order, const struct node *node);

/* Of a strict order: does what stays keep what it needs? Before anything new is judged. */
int judge_staying(struct order *order);

/* Of a strict order: what goes, and whether the core can do it now. */
int judge_whole(struct order *order);

#endif
