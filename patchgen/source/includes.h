/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which files of a source tree include which, by their text. Conditions are not looked at and
 * names are compared by their ends, so that every include that may be meant is one.
 */
#ifndef PATCHGEN_INCLUDES_H
#define PATCHGEN_INCLUDES_H

#include <stdbool.h>
#include <stddef.h>

struct includes;

/* What an x86 kernel is compiled from, of a source tree. Returns 0, -EINTR, or another errno. */
int includes_read(const char *source, struct includes **ret);
void includes_free(struct includes *includes);

/*
 * The C files and headers, relative to source, that what is in headers may be seen from: those
 * that include one, directly or through others (ret_includers), and with them all that these
 * include (ret_all, may be NULL). NULL-terminated, sorted. Returns 0 or -ENOMEM.
 */
int includes_reach(const struct includes *includes, char *const *headers, char ***ret_includers,
		   char ***ret_all);

#endif
