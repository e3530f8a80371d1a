/* SPDX-License-Identifier: GPL-2.0 */
/* The steps of build.c that have files of their own, and what those have in common. */
#ifndef PATCHGEN_BUILD_STEPS_H
#define PATCHGEN_BUILD_STEPS_H

#include "build.h"

/* Bytes of a source file. */
#define SOURCE_MAX (16UL * 1024 * 1024)

/* Which step, how many parts it has, 0 where that is not known, and what it does. */
#define STEP(build, step, total, ...)                                   \
	do {                                                            \
		steps_next(&(build)->steps, step);                      \
		progress_end(&(build)->progress, /* ok= */ true);       \
		progress_begin(&(build)->progress, total, __VA_ARGS__); \
	} while (0)

/* The patch is applied to the kernel's source, in the overlay. */
int build_apply_patches(struct build *build);

/* All patches' changes of one file, one after the other, into the overlay. */
int build_apply_to_file(struct build *build, const char *path);

int build_open_tree(struct build *build);

/* Files are compiled as they are, and patched; each becomes one of build->objects. */
int build_compile(struct build *build, char *const *sources, size_t n, bool is_indirect);

/*
 * Of files that only use what headers change, those that are no other when preprocessed go to
 * build->left_out; ret has the rest.
 */
int build_leave_out(struct build *build, char *const *sources, size_t n, char ***ret);

/* The folders that the overlay needs for what a patched file includes. */
int build_add_folders(struct build *build, const struct compiled *original);

/* Notes of the compiler's launcher and of the cache. */
void build_tell_of_compiling(struct build *build);

/* What was compiled is taken over, and the place of the patched object made. */
int build_add_object(struct build *build, struct tree_original *original, bool is_indirect);
int build_compile_patched(struct build *build, struct build_object *objects, size_t n);

/* The patch is applied to a module that is not the kernel's own, and what it reaches compiled. */
int build_compile_outside(struct build *build);

/* All that the patch reaches is compiled and compared: build->verdict, and each object's. */
int build_compare(struct build *build);

/* One that was accepted, with another answer of build_is_late() since. */
int build_diff_again(struct build *build, struct build_object *object);

/* Debug information names patched files by their place in the overlay: the place in the source. */
const char *build_path_in_source(const struct build *build, const char *path);

/*
 * Find the modules that have to be loaded before the patch: a module is one, or it is refused,
 * where a part of the patch could not be set up later. Objects are compared again for it.
 */
int build_settle_late(struct build *build);
void build_first_done(struct build *build);

/* Whether a module may come after the patch, as far as is known. */
bool build_is_late(const struct build *build, const char *module);
/* "KM338 ...", or NULL. */
const char *build_why_first(const struct build *build, const char *module);

#endif
