/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The model of a relocatable object: sections, symbols and relocations that point at each other.
 * Only sections that are loaded (SHF_ALLOC) have contents here. Every pointer is owned by the
 * object and valid until object_free().
 */
#ifndef PATCHGEN_OBJECT_H
#define PATCHGEN_OBJECT_H

#include <gelf.h>
#include <stdbool.h>
#include <stdint.h>

#include "../../lib/diag.h"

struct object;
struct symbol;
struct section;
struct special;
struct piece;
struct external;
struct srcline;
struct Dwarf;

struct reloc {
	uint64_t offset; /* in the section it changes */
	uint32_t type;
	int64_t addend;
	struct symbol *symbol;
	/* From the field to the end of its instruction: a PC-relative address counts from there. */
	uint8_t to_end;
	bool is_branch; /* operand of a direct call or jump */
	bool is_uncertain; /* in code that could not be decoded */
};

/* Where a relocation points. */
struct target {
	struct symbol *symbol; /* NULL: no symbol covers the place */
	struct section *section; /* NULL: undefined or absolute */
	int64_t offset; /* from symbol, or from section's start where there is none */
};

/* An entry of a special section, kept with the section of code it describes. */
struct entry {
	const struct special *special;
	struct section *section;
	uint64_t offset, size; /* of the entry */
	uint64_t owner; /* offset of the place that it describes */
};

struct section {
	struct object *object;
	const char *name;
	unsigned index;
	uint32_t type;
	uint64_t flags, size, align, entsize;
	const uint8_t *data; /* NULL: nothing in the file */
	struct reloc *relocs; /* by offset */
	size_t n_relocs, relocs_allocated;
	uint64_t nop_fentry; /* offset + 1 of a call for ftrace that the build made a no-op */
	struct symbol **defs; /* functions, data and labels, by value */
	size_t n_defs;
	const struct special *special;
	struct entry *entries; /* special entries about this section, by owner */
	size_t n_entries, entries_allocated;
	struct piece **pieces; /* what is taken of it, by start */
	size_t n_pieces, pieces_allocated;
};

/* Where a changed function begins to differ. */
struct change {
	const struct symbol *part; /* the function, or its .cold part */
	uint64_t offset; /* of the first changed instruction, in part */
	const char *table; /* special section, where the code itself is the same */
};

struct symbol {
	struct section *section; /* NULL: undefined or absolute */
	const char *name;
	char *base; /* name without the numbers that compilers add; NULL where it is the same */
	size_t index;
	uint64_t value, size;
	unsigned char type, bind;
	bool is_absolute;
	struct symbol *next_same_name, *next_same_base;
	struct symbol *twin; /* its counterpart in the other object */
	bool is_guessed; /* its twin was found by name only */
	struct symbol *parent; /* of a .cold part: the function */
	struct symbol *child; /* of a function: its .cold part */
	bool is_changed; /* function: not the same as its twin */
	bool is_redirected; /* function: the same, but calls one that is carried */
	bool is_overridden; /* weak, and the kernel has another object's */
	bool is_carried; /* function: comes along without a redirect, as its callers have one */
	bool is_stuck; /* function: changed, but neither it nor its callers can be redirected */
	struct symbol *root; /* of one that is redirected: the changed one that it is for */
	struct change change;
	struct piece *piece; /* what of the output holds it */
	struct external *external; /* how the running kernel's is reached */
};

struct object {
	const char *path;
	void *file;
	size_t file_size;
	Elf *elf;
	struct section *sections; /* by index */
	size_t n_sections;
	struct symbol *symbols; /* by index; 0 is the null symbol */
	size_t n_symbols;
	struct symbol *added; /* undefined ones that the file has not, by next_same_name */
	struct symbol **by_name, **by_base; /* hash tables of n_buckets heads */
	size_t n_buckets;
	struct srcline *lines; /* opened when first asked for */
	bool has_no_lines;
};

/* srcline.c */
void srcline_free(struct srcline *lines);
/* Debug information; -ENODATA: there is none. It lives as long as the object. */
int object_dwarf(struct object *object, struct Dwarf **ret);

/*
 * Read an object. Returns 0, or a negative errno with the reason in diags: -ENOEXEC where it is
 * not an object that can be compared.
 */
int object_open(const char *path, struct object **ret, struct diag_list *diags);
/* As object_open(), of a file in memory that the object takes over on success. */
int object_open_memory(const char *path, void *file, size_t size, struct object **ret,
		       struct diag_list *diags);
void object_free(struct object *object);
/* Say what is wrong (KM202); section may be NULL. Returns -ENOEXEC. */
int object_malformed(struct diag_list *diags, const struct object *object, const char *section,
		     const char *what);
/* Second half of opening: indexes, parents of .cold parts, what instructions tell. */
int object_index(struct object *object, struct diag_list *diags);
/* object-code.c: the last part of that. */
int object_decode(struct object *object, struct diag_list *diags);

/* Start of the list of defined symbols that may have this name or base; compare each. */
struct symbol *object_first_by_name(const struct object *object, const char *name);
struct symbol *object_first_by_base(const struct object *object, const char *base);
struct symbol *object_find_undefined(const struct object *object, const char *name);
struct section *object_find_section(const struct object *object, const char *name);

/*
 * The name without what the compiler added to tell it from others: "_rs.7" and clang's "f._rs" are
 * "_rs", "f.part.0.cold" is "f.part.cold".
 */
const char *symbol_base(const struct symbol *symbol);
bool symbol_is_function(const struct symbol *symbol);
bool symbol_is_data(const struct symbol *symbol);
bool symbol_is_cold(const struct symbol *symbol);
/* The function that gcc split this one (f.part.0) from; NULL: not split, or that one is inlined. */
struct symbol *symbol_split_from(const struct symbol *symbol);
/* The parent of a .cold part, the symbol itself otherwise. */
struct symbol *symbol_owner(struct symbol *symbol);

bool section_is_code(const struct section *section);
bool section_is_writable(const struct section *section);
bool section_is_strings(const struct section *section);
/* Freed when booting, or loading, is done. */
bool section_is_init(const struct section *section);
/* Made by the compiler for one symbol (-ffunction-sections, -fdata-sections). */
bool section_is_dedicated(const struct section *section, const struct symbol *symbol);
/* The symbol that covers a place, or NULL. */
struct symbol *section_symbol_at(const struct section *section, int64_t offset);
/* Index of the first relocation at or after offset. */
size_t section_reloc_index(const struct section *section, uint64_t offset);
/* The length of the terminated string at offset with its terminator, or 0. */
size_t section_string_size(const struct section *section, int64_t offset);

struct target reloc_target(const struct reloc *reloc);

#define for_each_section(section, object)                  \
	for (struct section *section = (object)->sections; \
	     section < (object)->sections + (object)->n_sections; section++)

#define for_each_symbol(symbol, object)                 \
	for (struct symbol *symbol = (object)->symbols; \
	     symbol < (object)->symbols + (object)->n_symbols; symbol++)

/* The first relocation at or after offset, or a place behind the last; NULL: there are none. */
static inline struct reloc *section_reloc_from(const struct section *section, uint64_t offset)
{
	return section->n_relocs ? section->relocs + section_reloc_index(section, offset) : NULL;
}

/* The relocations of a section between two offsets. */
#define for_each_reloc(reloc, section, from, to)                                               \
	for (struct reloc *reloc = section_reloc_from((section), (from));                      \
	     reloc && reloc < (section)->relocs + (section)->n_relocs && reloc->offset < (to); \
	     reloc++)

DEFINE_CLEANUP(struct object *, object_free)

#endif
