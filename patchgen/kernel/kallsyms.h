/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The symbol tables that a kernel image carries for itself (scripts/kallsyms.c): what kallsyms,
 * and so a klp relocation's sympos, see on the machine, in that very order.
 */
#ifndef PATCHGEN_KALLSYMS_H
#define PATCHGEN_KALLSYMS_H

#include <stddef.h>
#include <stdint.h>

#include "../../lib/cleanup.h"

struct kallsyms_symbol {
	uint64_t address;
	char type; /* as nm shows it */
	const char *name;
};

struct kallsyms {
	struct kallsyms_symbol *symbols; /* in the kernel's order */
	size_t n_symbols;
	char *names;
};

/*
 * Find and decode the tables in the image's read-only data. The tables have no marks of their
 * own: they are recognised by their structure, all of which is checked. text is the address where
 * the kernel's code begins. Returns 0, -ENODATA (none found), or -ENOMEM.
 */
int kallsyms_parse(const unsigned char *data, size_t size, uint64_t text, struct kallsyms *ret);
void kallsyms_done(struct kallsyms *kallsyms);

#endif
