/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Patches that go on and off together, in one transition: who owns which function, what is on top
 * of each site afterwards, and the way back to the state before. All of this needs kmend_lock.
 */
#ifndef KMEND_TRANSACTION_H
#define KMEND_TRANSACTION_H

#include <linux/list.h>

struct code_ranges;
struct func;
struct object;
struct patch;

/* One patch that goes on or off. */
struct change {
	struct patch *patch;
	bool on;
	bool is_settled; /* it has been live: post_apply was called */
	bool is_announced; /* pre_revert was called, and neither post_apply nor post_revert since */
};

struct transaction {
	unsigned int nr, room;
	bool is_taken; /* its sites are */
	struct list_head sites; /* struct site.changing, once they are taken */
	struct code_ranges
		*ranges; /* nobody who is in there can change sides; once sites are taken */
	struct code_ranges **retired; /* those of before modules came */
	unsigned int nr_retired;
	struct change changes[]; /* in the order in which they were asked for */
};

/* For at most so many changes, none of them in it yet; NULL when out of memory. */
struct transaction *transaction_new(unsigned int room);

void transaction_free(struct transaction *t);

/* False when the patch is part of it already, or there is no more room. */
bool transaction_add(struct transaction *t, struct patch *patch, bool on);

/*
 * Read "+NAME -NAME ...", of which nothing is left. Returns 0, or a negative errno, which has been
 * said: a name that is unknown or stands there twice, a word without a sign, no word.
 */
int transaction_parse(struct transaction *t, char *text);

/* The change of a patch, or NULL. */
struct change *transaction_find(struct transaction *t, const struct patch *patch);

/* The patch that takes this one's place, or whose place it takes, as either has declared; NULL: none. */
const struct patch *transaction_peer(const struct transaction *t, const struct change *change);

/* Leave out what is so already: patches on that are live, patches off that are loaded. */
void transaction_drop_settled(struct transaction *t);

/* Take off what its patches replace, if that is live. */
void transaction_add_replaced(struct transaction *t);

/* Take off everything live that stacks on what goes off. */
void transaction_add_dependents(struct transaction *t);

/*
 * May these patches have the functions that they change, as far as other patches are concerned?
 * Returns 0, or a negative errno, which has been said.
 */
int transaction_check(struct transaction *t);

/*
 * Take all its sites, new ones with an op of their own, and work out what is on top of each
 * afterwards; from then on it is a task's side (side.h) that says what it gets. Everybody must be
 * on the side "before". Returns 0, or a negative errno with all as it was and the reason said.
 */
int transaction_take_sites(struct transaction *t);

/*
 * Redirect the functions of a module that has come for a patch that is live, is part of the
 * transaction, or both; t NULL: there is none. Returns 0, or a negative errno with nothing changed and the reason said.
 */
int transaction_adopt(struct transaction *t, struct patch *patch, struct object *object);

/* A function goes with its module; its callers are gone. Returns whether it was redirected. */
bool transaction_abandon(struct func *func);

/* Everybody is on the side "after": so it is for good. */
void transaction_commit(struct transaction *t);

/* Everybody is on the side "before": the sites are as if there had been no transaction. */
void transaction_drop(struct transaction *t);

#endif
