/* SPDX-License-Identifier: GPL-2.0 */
/* What Debian's package mirror serves of a kernel, through apt. */
#ifndef PATCHGEN_DEBIAN_H
#define PATCHGEN_DEBIAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../lib/diag.h"
#include "../base/progress.h"

/* One version of a binary package. */
struct package {
	char *name, *version;
	char *depends; /* as in its control data, or NULL */
	uint64_t size; /* bytes of the .deb */
	char *sha256; /* of the .deb, or NULL */
};

struct packages {
	struct package *items;
	size_t n;
};

/* apt with the machine's own sources; its lists and state, if need be, in a private folder. */
struct apt {
	char *state; /* NULL: the machine's own lists */
	char *scratch; /* folder for output that is too long to capture */
	struct progress *progress;
};

/*
 * private_lists: fetch lists of our own, as an ordinary user may, instead of using the machine's,
 * which can be missing or old. Returns 0, or negative errno with KM317.
 */
int apt_open(bool private_lists, const char *scratch, struct progress *progress,
	     struct diag_list *diags, struct apt *ret);
void apt_close(struct apt *apt);

/* All served versions of packages that exist, newest first for each; names that do not exist are
 * left out. */
int apt_show(const struct apt *apt, const char *const *names, struct diag_list *diags,
	     struct packages *ret);

/* Names of packages that start so. The caller frees them and the array (NULL-terminated). */
int apt_names(const struct apt *apt, const char *prefix, struct diag_list *diags, char ***ret);

/* Download one package into a folder; *ret_path is the file. Returns 0, or -EIO with KM317. */
int apt_download(const struct apt *apt, const struct package *package, const char *folder,
		 struct diag_list *diags, char **ret_path);

const struct package *packages_find(const struct packages *packages, const char *name,
				    const char *version);
void packages_done(struct packages *packages);

#define _cleanup_apt_      _cleanup_(apt_close)
#define _cleanup_packages_ _cleanup_(packages_done)

#endif
