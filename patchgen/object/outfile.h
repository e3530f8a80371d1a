/* SPDX-License-Identifier: GPL-2.0 */
/* A relocatable object under construction. */
#ifndef PATCHGEN_OUTFILE_H
#define PATCHGEN_OUTFILE_H

#include <gelf.h>
#include <stdbool.h>
#include <stdint.h>

#include "../../lib/cleanup.h"

struct out_section {
	char *name;
	uint32_t type;
	uint64_t flags, align, size, allocated;
	uint8_t *data; /* zeroes stay NULL in SHT_NOBITS */
	Elf64_Rela *relas; /* of symbols by their index in outfile.symbols */
	size_t n_relas, relas_allocated;
	size_t symbol; /* its section symbol */
	size_t ordered; /* SHF_LINK_ORDER: index of the section it goes by + 1; 0: none */
};

struct out_symbol {
	char *name; /* NULL: section symbol */
	unsigned char type, bind;
	size_t section; /* index in outfile.sections + 1; 0: undefined */
	uint64_t value, size;
};

struct outfile {
	struct out_section *sections;
	size_t n_sections, sections_allocated;
	struct out_symbol *symbols;
	size_t n_symbols, symbols_allocated;
};

void outfile_done(struct outfile *out);

/* Each returns the index of what was added, or -ENOMEM. name is copied. */
ssize_t outfile_add_section(struct outfile *out, const char *name, uint32_t type, uint64_t flags,
			    uint64_t align);
ssize_t outfile_add_symbol(struct outfile *out, const char *name, unsigned char type,
			   unsigned char bind, size_t section, uint64_t value, uint64_t size);

/*
 * Append bytes (zeroes where data is NULL) to a section at its next multiple of align; ret_offset
 * is where they are.
 */
int outfile_append(struct outfile *out, size_t section, const void *data, uint64_t size,
		   uint64_t align, uint64_t *ret_offset);
/* What the relocation changes becomes zero. */
int outfile_add_reloc(struct outfile *out, size_t section, uint64_t offset, uint32_t type,
		      size_t symbol, int64_t addend);

/* Write the file, by way of a temporary one beside it. Returns 0 or negative errno. */
int outfile_write(const struct outfile *out, const char *path);

#endif
