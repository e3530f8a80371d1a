// SPDX-License-Identifier: GPL-2.0
/* What an object holds: look-ups by name and by place, and questions about symbols and sections. */
#include "object.h"

#include <string.h>

#include "arch.h"

static int by_value(const void *a, const void *b)
{
	const struct symbol *x = *(struct symbol *const *)a, *y = *(struct symbol *const *)b;

	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	if (x->size != y->size)
		return x->size < y->size ? -1 : 1;
	/* Of several names of one place the last is taken: a global one, and always the same. */
	if (x->bind != y->bind)
		return x->bind == STB_LOCAL ? -1 :
		       y->bind == STB_LOCAL ? 1 :
		       x->bind < y->bind    ? 1 :
					      -1;
	return strcmp(y->name, x->name) ?: (x->index < y->index ? 1 : -1);
}

/* Labels that gcc and clang leave for strings and constants are no definitions. */
static bool symbol_defines(const struct symbol *symbol)
{
	if (!symbol->section || !(symbol->section->flags & SHF_ALLOC))
		return false;
	if (strncmp(symbol->name, ".L", 2) == 0)
		return false;
	return symbol_is_function(symbol) || symbol_is_data(symbol) ||
	       (symbol->type == STT_NOTYPE && symbol->name[0]);
}

/* Functions in assembler may lack their size: they go on to what comes next. */
static void measure_functions(struct section *section)
{
	for (size_t i = 0; i < section->n_defs; i++) {
		struct symbol *symbol = section->defs[i];
		size_t next = i + 1;

		if (!symbol_is_function(symbol) || symbol->size > 0 || !section_is_code(section))
			continue;
		while (next < section->n_defs && section->defs[next]->value == symbol->value)
			next++;
		symbol->size =
			(next < section->n_defs ? section->defs[next]->value : section->size) -
			symbol->value;
	}
}

static int index_definitions(struct object *object)
{
	for_each_symbol(symbol, object)
		if (symbol_defines(symbol))
			symbol->section->n_defs++;
	for_each_section(section, object) {
		section->defs = calloc(section->n_defs ?: 1, sizeof(*section->defs));
		if (!section->defs)
			return -ENOMEM;
		section->n_defs = 0;
	}
	for_each_symbol(symbol, object)
		if (symbol_defines(symbol))
			symbol->section->defs[symbol->section->n_defs++] = symbol;
	for_each_section(section, object) {
		qsort(section->defs, section->n_defs, sizeof(*section->defs), by_value);
		measure_functions(section);
	}
	return 0;
}

static size_t hash(const struct object *object, const char *name)
{
	size_t h = 5381;

	while (*name)
		h = h * 33 + (unsigned char)*name++;
	return h % object->n_buckets;
}

static int index_names(struct object *object)
{
	object->n_buckets = object->n_symbols + 1;
	object->by_name = calloc(object->n_buckets, sizeof(*object->by_name));
	object->by_base = calloc(object->n_buckets, sizeof(*object->by_base));
	if (!object->by_name || !object->by_base)
		return -ENOMEM;
	/* Backwards, so that each list is in the table's order. */
	for (size_t i = object->n_symbols; i-- > 1;) {
		struct symbol *symbol = &object->symbols[i];
		struct symbol **name = &object->by_name[hash(object, symbol->name)];
		struct symbol **base = &object->by_base[hash(object, symbol_base(symbol))];

		if (symbol->type == STT_SECTION || symbol->type == STT_FILE || !symbol->name[0])
			continue;
		symbol->next_same_name = *name;
		*name = symbol;
		symbol->next_same_base = *base;
		*base = symbol;
	}
	return 0;
}

/* The function whose name is this one's before a suffix; without a .cold part of its own yet. */
static struct symbol *find_before(const struct object *object, const struct symbol *part,
				  const char *suffix, bool is_childless)
{
	const char *at = strstr(part->name, suffix);
	_cleanup_free_ char *name = at ? strndup(part->name, at - part->name) : NULL;
	struct symbol *symbol = name ? object_first_by_name(object, name) : NULL;

	for (; symbol; symbol = symbol->next_same_name)
		if (symbol_is_function(symbol) && !(is_childless && symbol->child) &&
		    strcmp(symbol->name, name) == 0)
			return symbol;
	return NULL;
}

struct symbol *symbol_split_from(const struct symbol *symbol)
{
	if (!symbol->section || !symbol_is_function(symbol))
		return NULL;
	return find_before(symbol->section->object, symbol, ".part.", /* is_childless= */ false);
}

static void find_parents(struct object *object)
{
	for_each_symbol(symbol, object) {
		if (!symbol_is_cold(symbol))
			continue;
		symbol->parent = find_before(object, symbol, ".cold", /* is_childless= */ true);
		if (symbol->parent)
			symbol->parent->child = symbol;
	}
}

int object_index(struct object *object, struct diag_list *diags)
{
	if (index_definitions(object) < 0 || index_names(object) < 0)
		return -ENOMEM;
	find_parents(object);
	return object_decode(object, diags);
}

struct symbol *object_first_by_name(const struct object *object, const char *name)
{
	return object->by_name[hash(object, name)];
}

struct symbol *object_first_by_base(const struct object *object, const char *base)
{
	return object->by_base[hash(object, base)];
}

struct symbol *object_find_undefined(const struct object *object, const char *name)
{
	struct symbol *symbol = object_first_by_name(object, name);

	for (; symbol; symbol = symbol->next_same_name)
		if (!symbol->section && !symbol->is_absolute && strcmp(symbol->name, name) == 0)
			return symbol;
	return NULL;
}

struct section *object_find_section(const struct object *object, const char *name)
{
	for_each_section(section, object)
		if (section->index > 0 && strcmp(section->name, name) == 0)
			return section;
	return NULL;
}

const char *symbol_base(const struct symbol *symbol)
{
	return symbol->base;
}

bool symbol_is_function(const struct symbol *symbol)
{
	return symbol->type == STT_FUNC;
}

bool symbol_is_data(const struct symbol *symbol)
{
	return symbol->type == STT_OBJECT;
}

bool symbol_is_cold(const struct symbol *symbol)
{
	const char *cold = strstr(symbol->name, ".cold");

	return cold && cold > symbol->name && (!cold[5] || cold[5] == '.') && symbol->section &&
	       symbol_is_function(symbol);
}

struct symbol *symbol_owner(struct symbol *symbol)
{
	return symbol->parent ?: symbol;
}

bool section_is_code(const struct section *section)
{
	return (section->flags & (SHF_ALLOC | SHF_EXECINSTR)) == (SHF_ALLOC | SHF_EXECINSTR);
}

bool section_is_writable(const struct section *section)
{
	return section->flags & SHF_WRITE;
}

bool section_is_strings(const struct section *section)
{
	return (section->flags & SHF_STRINGS) && section->data && !section_is_code(section) &&
	       strncmp(section->name, "__ksymtab", 9) != 0;
}

bool section_is_init(const struct section *section)
{
	static const char *const prefixes[] = {".init.", ".exit.", ".meminit.", ".memexit."};

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (strncmp(section->name, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}

bool section_is_dedicated(const struct section *section, const struct symbol *symbol)
{
	size_t all = strlen(section->name), own = strlen(symbol->name);

	if (symbol_is_cold(symbol)) {
		const char *cold = strstr(symbol->name, ".cold");

		own = cold - symbol->name;
	}
	return all > own + 1 && section->name[all - own - 1] == '.' &&
	       strncmp(section->name + all - own, symbol->name, own) == 0;
}

/* Enough for aliases and for labels in front of what they label. */
#define LOOK_BACK 16

struct symbol *section_symbol_at(const struct section *section, int64_t offset)
{
	size_t low = 0, high = section->n_defs;
	struct symbol *label = NULL;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if ((int64_t)section->defs[middle]->value <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t i = low; i-- > 0 && low - i <= LOOK_BACK;) {
		struct symbol *symbol = section->defs[i];
		bool is_sized = symbol_is_function(symbol) || symbol_is_data(symbol);

		if (is_sized &&
		    (offset - symbol->value < symbol->size || offset == (int64_t)symbol->value))
			return symbol;
		if (!is_sized && offset == (int64_t)symbol->value)
			label = symbol;
	}
	if (label)
		return label;
	/* &array[N] and array[-1] */
	if (section->n_defs == 1 && section_is_dedicated(section, section->defs[0]))
		return section->defs[0];
	if (low > 0 && symbol_is_data(section->defs[low - 1]) &&
	    offset == (int64_t)(section->defs[low - 1]->value + section->defs[low - 1]->size))
		return section->defs[low - 1];
	return NULL;
}

size_t section_reloc_index(const struct section *section, uint64_t offset)
{
	size_t low = 0, high = section->n_relocs;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (section->relocs[middle].offset < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t section_string_size(const struct section *section, int64_t offset)
{
	static const uint8_t terminator[4];
	/* L"..." (names of EFI variables) has characters of two bytes. */
	size_t unit = section->entsize == 2 || section->entsize == 4 ? section->entsize : 1;

	if (!section->data || offset < 0 || (uint64_t)offset >= section->size)
		return 0;
	if (unit == 1) {
		const uint8_t *end = memchr(section->data + offset, 0, section->size - offset);

		return end ? end - (section->data + offset) + 1 : 0;
	}
	for (uint64_t at = offset; section->size - at >= unit; at += unit)
		if (memcmp(section->data + at, terminator, unit) == 0)
			return at + unit - offset;
	return 0;
}

struct target reloc_target(const struct reloc *reloc)
{
	struct symbol *symbol = reloc->symbol, *covering;
	struct target target = {.symbol = symbol, .section = symbol->section};
	int64_t place;

	target.offset = reloc->addend + (arch_reloc_is_pcrel(reloc->type) ? reloc->to_end : 0);
	if (!symbol->section || !(symbol->section->flags & SHF_ALLOC))
		return target;
	if (symbol->type != STT_SECTION && strncmp(symbol->name, ".L", 2) != 0)
		return target;
	place = symbol->value + target.offset;
	covering = section_symbol_at(symbol->section, place);
	target.symbol = covering;
	target.offset = covering ? place - (int64_t)covering->value : place;
	return target;
}
