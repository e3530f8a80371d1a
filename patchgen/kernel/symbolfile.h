/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A kernel's symbols from a file beside the image: a System.map, a copy of /proc/kallsyms, or
 * vmlinux with its symbol table. What a kernel counts for sympos are the symbols of one name by
 * address (scripts/kallsyms.c sorts so, and kernel/kallsyms.c keeps that order where it finds by
 * name, from Linux 6.2 on).
 */
#ifndef PATCHGEN_SYMBOLFILE_H
#define PATCHGEN_SYMBOLFILE_H

#include "../../lib/diag.h"
#include "kallsyms.h"

/* What the image says itself, and a list has to agree with. */
struct symbolfile_image {
	uint64_t text; /* address where the kernel's code begins */
	const char *build_id;
};

/*
 * Read the file; which kind it is shows itself. A kernel's displacement at boot (KASLR) is taken
 * out of the addresses, modules' symbols are passed over. Returns 0, -EINVAL (KM333: it is no such
 * list, or without addresses; KM334: of another kernel), or another negative errno.
 */
int symbolfile_read(const char *path, const struct symbolfile_image *image, struct diag_list *diags,
		    struct kallsyms *ret);

/* As symbolfile_read(), of a list in memory that is text. */
int symbolfile_parse(const char *text, const char *path, const struct symbolfile_image *image,
		     struct diag_list *diags, struct kallsyms *ret);

/* Every symbol of the image's own table is in the list, at its place. Returns 0, or KM334. */
int symbolfile_compare(const char *path, const struct kallsyms *list, const struct kallsyms *own,
		       struct diag_list *diags);

#endif
