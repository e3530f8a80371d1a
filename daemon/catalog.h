/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The catalog: the patches installed for one kernel release, FOLDER/RELEASE/NAME/NAME.ko with
 * manifest.yaml beside it, in several folders. A patch that is not fit to be loaded stays in the list, with the
 * diagnostic that says why.
 */
#ifndef KMENDD_CATALOG_H
#define KMENDD_CATALOG_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/diag.h"
#include "lib/manifest.h"
#include "lib/module.h"

struct catalog_entry {
	char *name; /* of the folder */
	char *path; /* of the .ko */
	char *digest; /* of the file that was checked; "" when it was not read */
	bool masked; /* by an administrator; nothing else of it is known */
	struct patch_module *module; /* NULL when it could not be read */
	struct diag_list problems; /* not empty: it must not be loaded */
};

struct catalog {
	struct catalog_entry *items; /* sorted by name */
	size_t n;
};

struct keyring;

#define CATALOG_NAMES_MAX 16384

/* Where patches are, and what they must be. */
struct catalog_rules {
	char *const *folders; /* the first one first; below each, RELEASE/NAME/NAME.ko */
	const char *release; /* of the running kernel */
	const char *build_id; /* NULL when not known: then no patch is fit */
	const struct keyring *keys; /* by one of which it must be signed; NULL: unsigned will do */
};

/*
 * Read the patches for a release. A folder that does not exist is empty. A patch hides those of
 * its name in later folders; FOLDER/RELEASE/NAME or FOLDER/NAME as a link to /dev/null masks them.
 * Returns 0 or a negative errno; what is wrong with a patch is in its entry.
 */
int catalog_read(const struct catalog_rules *rules, struct catalog *ret);

/* By name, as catalog_find() wants it. */
void catalog_sort(struct catalog *catalog);

/* The entry of a name, fit or not; NULL when there is none. */
const struct catalog_entry *catalog_find(const struct catalog *catalog, const char *name);

/* The manifest of an entry that is fit, or NULL: an unfit one's is not to be relied upon. */
const struct manifest *catalog_manifest(const struct catalog_entry *entry);

/*
 * Are the target modules of a patch loaded, each in the build that it was verified against?
 * Returns 0, or -ESTALE or -ENOENT (diagnosed).
 */
int catalog_check_targets(const struct catalog_entry *entry, const char *sysfs,
			  struct diag_list *diags);

void catalog_done(struct catalog *catalog);

#endif
