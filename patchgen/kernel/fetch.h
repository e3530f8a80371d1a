/* SPDX-License-Identifier: GPL-2.0 */
/* Getting a Debian kernel's image, headers and source into the cache (kernel.h has the layout). */
#ifndef PATCHGEN_FETCH_H
#define PATCHGEN_FETCH_H

#include <stdbool.h>

#include "../../lib/diag.h"
#include "../base/progress.h"

enum {
	FETCH_IMAGE = 1,
	FETCH_HEADERS = 2,
	FETCH_SOURCE = 4,
	FETCH_ALL = 7,
};

struct fetch_options {
	unsigned parts; /* FETCH_* */
	const char *packages; /* folder with packages: those in it need no download; or NULL */
};

/*
 * Make sure that these parts of a release are in the cache. Parts that are there are
 * left alone; a new one appears in one rename, when it is whole. *ret_missing is which had to be
 * fetched. Returns 0, -ENOENT (KM301 no such release, KM318 its source is not served), -EINTR, or
 * another negative errno.
 */
int fetch_kernel(const char *release, const struct fetch_options *options,
		 struct progress *progress, struct diag_list *diags, unsigned *ret_missing);

/*
 * Releases of a flavour ("cloud-amd64") whose source of the same version is served, newest first.
 * The caller frees the strings and the array (NULL-terminated).
 */
int fetch_list(const char *flavour, struct progress *progress, struct diag_list *diags,
	       char ***ret);

#endif
