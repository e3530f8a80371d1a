/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A source tree with a few files replaced, made of links to the original.
 *
 * Only the folders on the way to a replaced file are real; all their other entries are symbolic
 * links into the original tree. That takes a few hundred links instead of one for each of 80,000
 * files, needs no privilege, leaves the original untouched, and every file is found under the
 * path relative to the tree that it has in the original, so that the compiler sees the same
 * #include lookup and, with kbuild's -fmacro-prefix-map, the same __FILE__.
 */
#ifndef PATCHGEN_OVERLAY_H
#define PATCHGEN_OVERLAY_H

#include <stddef.h>

/* Make folder real in the overlay at root; path is relative, "" is the root itself. */
int overlay_add_folder(const char *source, const char *root, const char *path);

/* Replace a file that the original has. */
int overlay_replace(const char *source, const char *root, const char *path, const void *data,
		    size_t size);

#endif
