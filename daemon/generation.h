/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Generations: each change of the set of applied patches has a number and a file in the state
 * folder, generations/N.json; the file "current" holds the number of the one that is in force.
 * Moving "current" is the moment at which a change is committed.
 */
#ifndef KMENDD_GENERATION_H
#define KMENDD_GENERATION_H

#include <stdint.h>
#include <stddef.h>

#include "lib/cleanup.h"

struct diag_list;

enum generation_state {
	GENERATION_GOOD, /* was, or is, in force */
	GENERATION_FAILED, /* could not be applied, and was undone */
	GENERATION_INTERRUPTED, /* kmendd died while it was applied; undone at the next start */
	GENERATION_QUARANTINED, /* the machine died while it was applied */
	_GENERATION_STATE_MAX,
	_GENERATION_STATE_INVALID = -EINVAL,
};

struct generation_patch {
	char *name;
	char *version;
	char **depends;
};

struct generation {
	uint64_t number; /* from 1; 0 is the empty set before the first */
	uint64_t base; /* the one before it, to which a rollback leads */
	uint64_t time_us; /* since the epoch */
	enum generation_state state;
	char *verb; /* "apply", "revert", "rollback" */
	char *kernel_release;
	char *reason; /* of a failure; "" otherwise */
	struct generation_patch *patches; /* in the order in which they are applied */
	size_t n_patches;
};

/* Returns 0 or a negative errno. */
int generation_write(const char *state, const struct generation *generation);

/* Returns 0; -ENOENT; -EBADMSG (diagnosed as KM619); or another negative errno. */
int generation_read(const char *state, uint64_t number, struct diag_list *diags,
		    struct generation *ret);

/* The one in force, the empty number 0 when there is none yet. */
int generation_read_current(const char *state, struct diag_list *diags, struct generation *ret);

/* Put a generation that was written in force. */
int generation_set_current(const char *state, uint64_t number);

/* Numbers of all generations on disk, ascending; the caller frees *ret. */
int generation_list(const char *state, uint64_t **ret, size_t *ret_n);

/* The number after the highest on disk. */
int generation_next(const char *state, uint64_t *ret);

/* Append a copy of a patch. Returns 0 or -ENOMEM. */
int generation_add(struct generation *generation, const char *name, const char *version,
		   char *const *depends);

const struct generation_patch *generation_find(const struct generation *generation,
					       const char *name);

/* The patches' names in order; the caller frees *ret. */
int generation_names(const struct generation *generation, char ***ret);

void generation_done(struct generation *generation);

const char *generation_state_to_string(enum generation_state state);
enum generation_state generation_state_from_string(const char *s);

#define _cleanup_generation_ _cleanup_(generation_done)

#endif
