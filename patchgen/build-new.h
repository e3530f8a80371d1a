/* SPDX-License-Identifier: GPL-2.0 */
/* C files that a patch adds, in a build. */
#ifndef PATCHGEN_BUILD_NEW_H
#define PATCHGEN_BUILD_NEW_H

struct build;
struct compiled;

/* Refuse changes of Makefiles for anything else. All return 0 or a negative errno. */
int build_check_makefiles(struct build *build);

/* The original of a new file; the objects of the patch's other files are compiled already. */
int build_compile_new(struct build *build, const char *source, struct compiled *ret);

/* Refuse new files that no other object of the patch uses. */
int build_check_used(struct build *build);

#endif
