/* SPDX-License-Identifier: GPL-2.0 */
/* Steps of build.c that a patch of the kernel and one of a module from elsewhere have in common. */
#ifndef PATCHGEN_BUILD_STEPS_H
#define PATCHGEN_BUILD_STEPS_H

#include "build.h"

/* Which step, how many parts it has, 0 where that is not known, and what it does. */
#define STEP(build, step, total, ...)                                   \
	do {                                                            \
		steps_next(&(build)->steps, step);                      \
		progress_end(&(build)->progress, /* ok= */ true);       \
		progress_begin(&(build)->progress, total, __VA_ARGS__); \
	} while (0)

/* All patches' changes of one file, one after the other, into the overlay. */
int build_apply_to_file(struct build *build, const char *path);

/* What was compiled is taken over, and the place of the patched object made. */
int build_add_object(struct build *build, struct tree_original *original, bool is_indirect);
int build_compile_patched(struct build *build, struct build_object *objects, size_t n);

/* The patch is applied to a module that is not the kernel's own, and what it reaches compiled. */
int build_compile_outside(struct build *build);

#endif
