/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What kbuild compiles a kernel's files with, taken from the distribution's packages: the
 * configuration, the generated headers, kbuild's tools. It is made once for each kernel in the
 * cache, whole or not at all, and never written to again, so that any number of builds can use it
 * at the same time; each compiles in a folder of its own that is made of links to it.
 */
#ifndef PATCHGEN_PREPARED_H
#define PATCHGEN_PREPARED_H

#include "../../lib/digest.h"
#include "../kernel/kernel.h"

struct prepared {
	const struct kernel *kernel;
	const char *compiler; /* the caller's */
	char *folder;
	char identity[DIGEST_TEXT]; /* of all that is in it */
	int lock_fd; /* shared: it is not removed while it is used */
};

/* Returns 0, or a negative errno (KM103, KM303, KM309). */
int prepared_open(const struct kernel *kernel, const char *compiler, struct diag_list *diags,
		  struct prepared *ret);
void prepared_close(struct prepared *prepared);

/* Fill an empty folder with links, so that kbuild can compile in it. */
int prepared_link(const struct prepared *prepared, const char *output);

/* Remove it where no build uses it; -EAGAIN where one does. */
int prepared_remove(const char *work);

#endif
