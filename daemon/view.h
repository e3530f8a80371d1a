/* SPDX-License-Identifier: GPL-2.0 */
/* One line per patch, put together from catalog, core, generation and quarantine. */
#ifndef KMENDD_VIEW_H
#define KMENDD_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/cleanup.h"

struct manager;

/*
 * state is a KMEND_STATE_* value of the core's, or, for a patch that is not registered there:
 * "available"    in the catalog, and fit to be applied as far as its file tells
 * "refused"      in the catalog, but must not be loaded; code and reason tell why
 * "masked"       in the catalog a link to /dev/null stands in its place
 * "quarantined"  the machine died when it was applied last
 * "missing"      part of the generation in force, but not in the catalog
 */
struct view {
	char *name;
	char *version;
	char *summary;
	char *module;
	char *path; /* of the .ko; "" when it is not in the catalog */
	char **fixes;
	char **depends;
	char *risk; /* "" where the manifest does not say */
	char **overrides; /* "KMnnn SYMBOL: REASON" of each */
	char *state;
	char *code; /* KMnnn, or "" */
	char *reason; /* "" where there is none */
	bool loaded; /* registered with the core */
	bool wanted; /* part of the generation in force */
};

struct views {
	struct view *items; /* sorted by name */
	size_t n;
};

/* Returns 0 or -ENOMEM. */
int views_make(const struct manager *manager, struct views *ret);

const struct view *views_find(const struct views *views, const char *name);

/* Would a watcher of the patch's properties notice a difference? */
bool view_differs(const struct view *a, const struct view *b);

void views_done(struct views *views);

#endif
