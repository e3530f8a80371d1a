/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a change of headers reaches: the C files that use what changed in them, by its name,
 * directly or through other headers.
 */
#ifndef PATCHGEN_HEADERS_H
#define PATCHGEN_HEADERS_H

#include "affected.h"

/*
 * Add to affected->sources the files of this kernel that may compile to something else; the
 * patched headers are in the overlay. KM306 where more is reached than can be checked. What
 * becomes of structures' layouts is for those who compare the objects. Returns 0 or a negative
 * errno.
 */
int headers_follow(const struct kernel *kernel, const char *overlay, struct affected *affected,
		   struct diag_list *diags);

/*
 * After the patched file was compiled: the compiler's list of what it read must not have the
 * original of a patched file in it, as a path with ".." through a linked folder could reach.
 */
int headers_check_dependencies(const struct kernel *kernel, const struct affected *affected,
			       const char *list, struct diag_list *diags);

#endif
