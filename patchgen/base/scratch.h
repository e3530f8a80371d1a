/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Folders that are only there while a build runs. Each is locked by its build; the lock goes with
 * the process, however that ends, and the next build removes what nobody holds any more.
 */
#ifndef PATCHGEN_SCRATCH_H
#define PATCHGEN_SCRATCH_H

#include <stdbool.h>

#include "../../lib/cleanup.h"

struct scratch {
	char *path;
	int fd;
};

/* Make and lock PARENT/PREFIXxxxxxx. */
int scratch_make(const char *parent, const char *prefix, struct scratch *ret);

/* Remove it, unless it is to be kept or was moved away. */
void scratch_done(struct scratch *scratch, bool keep);

/* Remove those of this name that are left of processes which are gone. */
void scratch_clean(const char *parent, const char *prefix);

#endif
