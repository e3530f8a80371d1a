/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The catalog: the patches installed for one kernel release, CATALOG/RELEASE/NAME/NAME.ko with
 * manifest.yaml beside it. A patch that is not fit to be loaded stays in the list, with the
 * diagnostic that says why.
 */
#ifndef KMENDD_CATALOG_H
#define KMENDD_CATALOG_H

#include <stddef.h>

#include "lib/diag.h"
#include "lib/manifest.h"
#include "lib/module.h"

struct catalog_entry {
	char *name; /* of the folder */
	char *path; /* of the .ko */
	struct patch_module *module; /* NULL when it could not be read */
	struct diag_list problems; /* not empty: it must not be loaded */
};

struct catalog {
	struct catalog_entry *items; /* sorted by name */
	size_t n;
};

/* What the running kernel is, that patches must have been made for. */
struct catalog_kernel {
	const char *release;
	const char *build_id; /* NULL when not known: then no patch is fit */
};

/*
 * Read the patches for a release below folder. A folder that does not exist is an empty catalog.
 * Returns 0 or a negative errno; what is wrong with a patch is in its entry.
 */
int catalog_read(const char *folder, const struct catalog_kernel *kernel, struct catalog *ret);

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
