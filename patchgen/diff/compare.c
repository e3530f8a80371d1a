// SPDX-License-Identifier: GPL-2.0
#include "differ.h"

#include <string.h>

#include "../object/arch.h"

/* Data that points to data that points to ...: deeper than that it is called different. */
#define DEPTH_MAX 8

static bool ranges_same_at(const struct range *a, const struct range *b, const struct entry *ea,
			   const struct entry *eb, unsigned depth, uint64_t *ret_first);

static bool relocs_same_at(const struct reloc *a, const struct reloc *b, const struct entry *ea,
			   const struct entry *eb, unsigned depth);

static struct range symbol_range(const struct symbol *symbol)
{
	return (struct range){symbol->section, symbol->value, symbol->value + symbol->size};
}

static struct range entry_range(const struct entry *entry)
{
	return (struct range){entry->section, entry->offset, entry->offset + entry->size};
}

static bool strings_same(const struct target *a, const struct target *b)
{
	int64_t at_a = a->offset + (a->symbol ? (int64_t)a->symbol->value : 0);
	int64_t at_b = b->offset + (b->symbol ? (int64_t)b->symbol->value : 0);
	size_t n = section_string_size(a->section, at_a);

	return n && n == section_string_size(b->section, at_b) &&
	       memcmp(a->section->data + at_a, b->section->data + at_b, n) == 0;
}

/* Descriptors of dynamic debug hold lines and state: only what they point to counts. */
static bool pointers_same(const struct range *a, const struct range *b, unsigned depth)
{
	size_t i = section_reloc_index(a->section, a->from);
	size_t j = section_reloc_index(b->section, b->from);

	for (;; i++, j++) {
		bool end_a = i == a->section->n_relocs || a->section->relocs[i].offset >= a->to;
		bool end_b = j == b->section->n_relocs || b->section->relocs[j].offset >= b->to;

		if (end_a || end_b)
			return end_a && end_b;
		if (a->section->relocs[i].offset - a->from !=
			    b->section->relocs[j].offset - b->from ||
		    !relocs_same_at(&a->section->relocs[i], &b->section->relocs[j], NULL, NULL,
				    depth))
			return false;
	}
}

static bool copies_same(const struct symbol *a, const struct symbol *b, unsigned depth)
{
	struct range ra = symbol_range(a), rb = symbol_range(b);

	if (!symbol_is_copied(a) || !symbol_is_copied(b) ||
	    strcmp(symbol_base(a), symbol_base(b)) != 0 || a->size != b->size)
		return false;
	if (section_is_copied(a->section))
		return a->section->special == b->section->special &&
		       pointers_same(&ra, &rb, depth + 1);
	return ranges_same_at(&ra, &rb, NULL, NULL, depth + 1, NULL);
}

static bool unnamed_same(const struct target *a, const struct target *b, const struct entry *ea,
			 const struct entry *eb, unsigned depth)
{
	struct range ra, rb;

	if (special_unnamed_range(a, ea, &ra) < 0 || special_unnamed_range(b, eb, &rb) < 0)
		return strcmp(a->section->name, b->section->name) == 0 && a->offset == b->offset;
	return a->offset - ra.from == b->offset - rb.from &&
	       ranges_same_at(&ra, &rb, NULL, NULL, depth + 1, NULL);
}

/* The functions that gcc found to be the same share one place; any of their names may be used. */
static bool aliases_same(const struct symbol *a, const struct symbol *b)
{
	const struct section *section = b->section;

	if (!symbol_is_function(a) || !symbol_is_function(b))
		return false;
	for (size_t i = 0; i < section->n_defs; i++) {
		const struct symbol *alias = section->defs[i], *twin = alias->twin;

		if (alias->value == b->value && symbol_is_function(alias) && twin &&
		    twin->section == a->section && twin->value == a->value)
			return true;
	}
	return false;
}

static bool targets_same(const struct target *a, const struct target *b, const struct entry *ea,
			 const struct entry *eb, unsigned depth)
{
	if (!a->section || !b->section)
		return !a->section && !b->section && a->offset == b->offset &&
		       a->symbol->value == b->symbol->value &&
		       strcmp(a->symbol->name, b->symbol->name) == 0;
	if (section_is_strings(a->section) && section_is_strings(b->section))
		return strings_same(a, b);
	if (!a->symbol && !b->symbol)
		return depth < DEPTH_MAX && unnamed_same(a, b, ea, eb, depth);
	if (!a->symbol || !b->symbol || a->offset != b->offset)
		return false;
	return a->symbol->twin == b->symbol || aliases_same(a->symbol, b->symbol) ||
	       (depth < DEPTH_MAX && copies_same(a->symbol, b->symbol, depth));
}

static bool relocs_same_at(const struct reloc *a, const struct reloc *b, const struct entry *ea,
			   const struct entry *eb, unsigned depth)
{
	struct target ta = reloc_target(a), tb = reloc_target(b);

	return arch_reloc_same(a->type, b->type) && targets_same(&ta, &tb, ea, eb, depth);
}

bool relocs_same(const struct reloc *a, const struct reloc *b)
{
	return relocs_same_at(a, b, NULL, NULL, 0);
}

/* Compare bytes from..to of both (relative to the ranges); a masked line number counts as equal. */
static bool bytes_same(const struct range *a, const struct range *b, uint64_t from, uint64_t to,
		       const struct special *mask, uint64_t *ret_first)
{
	const uint8_t *x = a->section->data, *y = b->section->data;

	*ret_first = from;
	if (!x || !y)
		return !x && !y;
	if (memcmp(x + a->from + from, y + b->from + from, to - from) == 0)
		return true;
	for (uint64_t i = from; i < to; i++) {
		if (x[a->from + i] == y[b->from + i])
			continue;
		if (mask && i - mask->line_offset < mask->line_size)
			continue;
		*ret_first = i;
		return false;
	}
	return true;
}

static bool ranges_same_at(const struct range *a, const struct range *b, const struct entry *ea,
			   const struct entry *eb, unsigned depth, uint64_t *ret_first)
{
	size_t i = section_reloc_index(a->section, a->from);
	size_t j = section_reloc_index(b->section, b->from);
	uint64_t size_a = a->to - a->from, size_b = b->to - b->from, ignored;
	uint64_t size = size_a < size_b ? size_a : size_b, at = 0;
	const struct special *mask = ea ? ea->special : a->section->special;

	if (!ret_first)
		ret_first = &ignored;
	while (at < size) {
		const struct reloc *ra = i < a->section->n_relocs ? &a->section->relocs[i] : NULL;
		const struct reloc *rb = j < b->section->n_relocs ? &b->section->relocs[j] : NULL;
		uint64_t next_a = ra && ra->offset < a->to ? ra->offset - a->from : size;
		uint64_t next_b = rb && rb->offset < b->to ? rb->offset - b->from : size;
		uint64_t next = next_a < next_b ? next_a : next_b;

		if (next > size)
			next = size;
		if (at < next && !bytes_same(a, b, at, next, mask, ret_first))
			return false;
		if (next == size)
			break;
		*ret_first = next;
		if (next_a != next_b || !relocs_same_at(ra, rb, ea, eb, depth))
			return false;
		at = next + arch_reloc_width(ra->type);
		i++;
		j++;
	}
	*ret_first = size;
	return size_a == size_b;
}

bool ranges_same(const struct range *a, const struct range *b, uint64_t *ret_first)
{
	return ranges_same_at(a, b, NULL, NULL, 0, ret_first);
}

/* The next entry of a function that has to be compared, from *i on. */
static const struct entry *next_entry(const struct symbol *symbol, size_t *i)
{
	const struct section *section = symbol->section;

	for (; *i < section->n_entries; ++*i) {
		const struct entry *entry = &section->entries[*i];

		if (entry->owner < symbol->value || entry->special->is_derived)
			continue;
		if (entry->owner >= symbol->value + symbol->size)
			return NULL;
		return &section->entries[(*i)++];
	}
	return NULL;
}

static size_t first_entry(const struct symbol *symbol)
{
	const struct section *section = symbol->section;
	size_t low = 0, high = section->n_entries;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (section->entries[middle].owner < symbol->value)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* What tables say about a function is part of it: which key a branch has, what replaces a place. */
static bool entries_same(const struct symbol *a, const struct symbol *b, struct change *change)
{
	size_t i = first_entry(a), j = first_entry(b);

	for (;;) {
		const struct entry *ea = next_entry(a, &i), *eb = next_entry(b, &j);
		struct range ra, rb;

		if (!ea && !eb)
			return true;
		change->table = (eb ?: ea)->section->name;
		change->offset = eb ? eb->owner - b->value : ea->owner - a->value;
		if (!ea || !eb || strcmp(ea->section->name, eb->section->name) != 0 ||
		    ea->size != eb->size)
			return false;
		ra = entry_range(ea);
		rb = entry_range(eb);
		if (!ranges_same_at(&ra, &rb, ea, eb, 0, NULL))
			return false;
	}
}

uint64_t instruction_start(const struct symbol *symbol, uint64_t offset)
{
	const uint8_t *code = symbol->section->data;
	uint64_t at = 0;
	struct insn insn;

	while (code && at < symbol->size) {
		if (arch_decode(code + symbol->value + at, symbol->size - at, &insn) < 0)
			return offset;
		if (at + insn.length > offset)
			return at;
		at += insn.length;
	}
	return offset;
}

/* Compare code from an offset on; ret_first is the offset of the first instruction that differs. */
static bool code_same(const struct symbol *a, const struct symbol *b, uint64_t from,
		      uint64_t *ret_first)
{
	struct range ra = symbol_range(a), rb = symbol_range(b);
	uint64_t first;

	ra.from += from;
	rb.from += from;
	if (ranges_same(&ra, &rb, &first))
		return true;
	*ret_first = instruction_start(b, from + first);
	return false;
}

bool functions_same(const struct symbol *a, const struct symbol *b, struct change *ret)
{
	struct change change = {.part = b};
	uint64_t from = 0;

	while (!code_same(a, b, from, &change.offset)) {
		bool is_line = change.offset >= from && a->section->data && b->section->data &&
			       a->size == b->size && is_line_argument(a, change.offset) &&
			       is_line_argument(b, change.offset);

		if (!is_line) {
			*ret = change;
			return false;
		}
		from = change.offset + ARCH_ARGUMENT_CONSTANT_LENGTH;
	}
	if (!entries_same(a, b, &change)) {
		*ret = change;
		return false;
	}
	return true;
}

void compare_functions(struct differ *differ)
{
	for_each_symbol(symbol, differ->patched) {
		if (!symbol_is_function(symbol) || !symbol->section || !symbol->twin ||
		    !(symbol->section->flags & SHF_ALLOC))
			continue;
		if (functions_same(symbol->twin, symbol, &symbol->change))
			continue;
		symbol->is_changed = true;
		symbol->twin->is_changed = true;
	}
	/* A .cold part that comes or goes changes its parent too, by the jump to it. */
	for_each_symbol(symbol, differ->patched) {
		struct symbol *parent = symbol->parent;

		if (!parent || !parent->twin || (symbol->twin && !symbol->is_changed))
			continue;
		if (!parent->is_changed)
			parent->change = symbol->is_changed ? symbol->change :
							      (struct change){.part = symbol};
		parent->is_changed = true;
		parent->twin->is_changed = true;
	}
}

bool function_is_taken(const struct symbol *symbol)
{
	const struct symbol *owner = symbol->parent ?: symbol;

	return symbol_is_function(symbol) && symbol->section &&
	       (symbol->section->flags & SHF_ALLOC) &&
	       (owner->is_changed || owner->is_redirected || !owner->twin);
}

bool function_is_alias(const struct symbol *symbol)
{
	const struct section *section = symbol->section;
	const struct symbol *orig = symbol->twin;

	for (size_t i = 0; orig && i < section->n_defs; i++) {
		const struct symbol *other = section->defs[i];

		if (other->value == symbol->value && symbol_is_function(other) &&
		    other->index < symbol->index && function_is_taken(other) && other->twin &&
		    other->twin->section == orig->section && other->twin->value == orig->value)
			return true;
	}
	return false;
}
