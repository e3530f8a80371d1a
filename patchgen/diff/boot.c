// SPDX-License-Identifier: GPL-2.0
/*
 * Values that Linux 6.11 and later write into the code of the kernel when it boots (runtime_ptr_*:
 * the end of what a user's address can be, the table of dcache_hash()), and never into that of a
 * module. The value is that of a variable, named by the section: a taken function reads it from
 * there, as a module's own code does, by an instruction in the place of the one with the constant.
 */
#include <string.h>

#include "../object/arch.h"
#include "differ.h"

#define PREFIX "runtime_ptr_"

/* An undefined symbol: the code's own way to the value names none. */
static struct symbol *add_symbol(struct object *object, const char *name)
{
	struct symbol *symbol = calloc(1, sizeof(*symbol));

	if (!symbol)
		return NULL;
	*symbol = (struct symbol){
		.name = name,
		.type = STT_NOTYPE,
		.bind = STB_GLOBAL,
		.next_same_name = object->added,
	};
	object->added = symbol;
	return symbol;
}

static struct symbol *find_symbol(struct object *object, const char *name)
{
	struct symbol *symbol = object_first_by_name(object, name);

	for (; symbol; symbol = symbol->next_same_name)
		if (strcmp(symbol->name, name) == 0 && symbol_is_data(symbol))
			return symbol;
	for (symbol = object->added; symbol; symbol = symbol->next_same_name)
		if (strcmp(symbol->name, name) == 0)
			return symbol;
	return object_find_undefined(object, name) ?: add_symbol(object, name);
}

static int insert_reloc(struct section *section, const struct reloc *reloc)
{
	size_t i = section_reloc_index(section, reloc->offset);
	struct reloc *relocs;

	relocs = reallocarray(section->relocs, section->n_relocs + 1, sizeof(*relocs));
	if (!relocs)
		return -ENOMEM;
	memmove(relocs + i + 1, relocs + i, (section->n_relocs - i) * sizeof(*relocs));
	relocs[i] = *reloc;
	section->relocs = relocs;
	section->n_relocs++;
	return 0;
}

static bool has_reloc(const struct section *section, uint64_t from, uint64_t to)
{
	for_each_reloc(reloc, section, from, to)
		return true;
	return false;
}

/* Returns whether the place that an entry describes reads the variable now, or -ENOMEM. */
static int read_instead(const struct symbol *function, const struct entry *entry)
{
	struct section *section = function->section;
	const char *name = entry->section->name + strlen(PREFIX);
	struct reloc reloc = {.type = arch_reloc_pcrel(), .to_end = ARCH_LOAD_TO_END};
	uint64_t at = entry->owner - ARCH_CONSTANT_OFFSET;

	if (strncmp(entry->section->name, PREFIX, strlen(PREFIX)) != 0 || !*name ||
	    !section->data || entry->owner < function->value + ARCH_CONSTANT_OFFSET ||
	    at + ARCH_CONSTANT_LENGTH > function->value + function->size ||
	    at + ARCH_CONSTANT_LENGTH > section->size ||
	    instruction_start(function, at - function->value) != at - function->value ||
	    has_reloc(section, at, at + ARCH_CONSTANT_LENGTH) ||
	    !arch_load_for_constant((uint8_t *)section->data + at))
		return false;
	reloc.symbol = find_symbol(section->object, name);
	if (!reloc.symbol)
		return -ENOMEM;
	reloc.offset = at + ARCH_LOAD_OFFSET;
	reloc.addend = -(int64_t)reloc.to_end;
	return insert_reloc(section, &reloc) ?: true;
}

static void remove_entry(struct section *section, size_t i)
{
	section->n_entries--;
	memmove(section->entries + i, section->entries + i + 1,
		(section->n_entries - i) * sizeof(*section->entries));
}

static int read_constants_of(const struct symbol *function)
{
	struct section *section = function->section;

	for (size_t i = 0; i < section->n_entries;) {
		const struct entry *entry = &section->entries[i];
		int r = 0;

		if (entry->special->kind == SPECIAL_BOOT && entry->owner >= function->value &&
		    entry->owner - function->value < function->size)
			r = read_instead(function, entry);
		if (r < 0)
			return r;
		if (r > 0)
			remove_entry(section, i);
		else
			i++;
	}
	return 0;
}

int read_boot_constants(struct differ *differ)
{
	for_each_symbol(symbol, differ->patched) {
		int r = function_is_taken(symbol) ? read_constants_of(symbol) : 0;

		if (r < 0)
			return r;
	}
	return 0;
}
