/* SPDX-License-Identifier: GPL-2.0 */
/* Which of the kernel's objects a patch has an effect on. */
#ifndef PATCHGEN_AFFECTED_H
#define PATCHGEN_AFFECTED_H

#include "../kernel/kernel.h"
#include "patchtext.h"

struct affected {
	char **sources; /* C files that objects are compiled from; NULL-terminated */
	char **touched; /* files the patch changes that the kernel is compiled from; likewise */
	char **headers; /* those of them that are headers; likewise */
	char **plain; /* those of headers in which more changes than macros, under no condition */
	char **created; /* those of touched that the patch adds, and the kernel does not have */
	char **added; /* those of created that are C files, each an object of its own */
	char **makefiles; /* that the patch changes, which may be for those only */
	char **unlisted; /* those of sources that no Makefile names, as far as it can be read */
	/* C files that the patch changes, but the configuration leaves out; and their options. */
	char **off, **off_options;
	size_t n_direct; /* the first of sources; the others follow from headers */
};

/*
 * Returns 0, -EINVAL for what cannot be patched (KM305, KM306) or is not part of this kernel
 * (KM304), or another negative errno. Documentation, other architectures' files and the like are
 * passed over, as are files that are not configured where there are others.
 */
int affected_find(const struct kernel *kernel, struct patch_text *const *patches, size_t n_patches,
		  struct diag_list *diags, struct affected *ret);

/*
 * Add the objects that a C file is compiled into, be it by itself or as part of files that include
 * it; none where it is not configured. config is the text of the kernel's .config. -EINVAL: it is
 * compiled into something that cannot be patched (KM306).
 */
int affected_add_indirect(const struct kernel *kernel, const char *config, const char *path,
			  struct affected *affected, struct diag_list *diags);

/* Whether a C file may be part of this kernel, for all that the Makefiles tell of it. */
int affected_may_have(const struct kernel *kernel, const char *config, const char *path, bool *ret);

void affected_done(struct affected *affected);

#endif
