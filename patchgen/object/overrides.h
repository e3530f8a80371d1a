/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The author's answers to what would be refused: KMEND_IGNORE_* and KMEND_UNSAFE_* of
 * kmend/author.h in the patched C files, and "overrides" in the manifest.
 */
#ifndef PATCHGEN_OVERRIDES_H
#define PATCHGEN_OVERRIDES_H

#include <stdbool.h>
#include <stddef.h>

#include "../../lib/diag.h"

struct manifest;
struct object;
struct section;

struct override {
	int kind; /* what author.h calls it; -1: the manifest's, for one code */
	enum diag_code code; /* the manifest's, or the one that it has answered last */
	char *symbol, *reason, *file;
	unsigned line;
	bool is_used;
};

struct overrides {
	struct override *items;
	size_t n, allocated;
};

void overrides_done(struct overrides *overrides);

/* Where an object has them; NULL: it has none. */
const struct section *overrides_section(const struct object *object);

/*
 * Add those that an object has in its section of author.h; one that was there already, as it is in
 * a header of several files, is the same. What is malformed is refused (KM263).
 * Returns 0, or -ENOMEM.
 */
int overrides_read(struct overrides *overrides, const struct object *object,
		   struct diag_list *diags);

/* Add the manifest's; file is its name. Returns 0, -EINVAL (KM263), or -ENOMEM. */
int overrides_add_manifest(struct overrides *overrides, const struct manifest *manifest,
			   const char *file, struct diag_list *diags);

/*
 * Whether the author answers for a code about any of these names (NULL ends them). If so, it is
 * said, once.
 */
bool overrides_answer(struct overrides *overrides, enum diag_code code, const char *const *names,
		      struct diag_list *diags);

/* Refuse (KM262) each that has answered nothing. True when there was one. */
bool overrides_refuse_stale(const struct overrides *overrides, struct diag_list *diags);

/* Replace the manifest's by those that were used, and raise its risk accordingly. 0 or -ENOMEM. */
int overrides_write(const struct overrides *overrides, struct manifest *manifest);

#endif
