/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A module whose source is not part of the kernel's, as DKMS builds them: its folder is copied,
 * and kbuild makes the copy as it would the original (make -C BUILD M=FOLDER). The objects, the
 * commands and what each was compiled from are taken from there.
 */
#ifndef PATCHGEN_OUTSIDE_H
#define PATCHGEN_OUTSIDE_H

#include "tree.h"

struct outside_object {
	struct compiled compiled;
	char **dependencies; /* files that it was compiled from; NULL-terminated */
};

struct outside {
	struct tree_place place; /* the copy; its overlay does not exist yet */
	char *symvers; /* what the module exports */
	struct outside_object *objects; /* compiled from C, by name */
	size_t n_objects;
};

/*
 * source: the module's folder, which is not written to; scratch: a folder of this build's own.
 * Returns 0, -EINVAL (KM335: there is nothing to make, or it does not compile), or another errno.
 */
int outside_compile(const struct tree *tree, const char *source, const char *scratch,
		    const char *overlay, struct diag_list *diags, struct outside *ret);
void outside_done(struct outside *outside);

/* Was the object compiled from this file? path is relative to the module's folder. */
bool outside_uses(const struct outside *outside, const struct outside_object *object,
		  const char *path);

#endif
