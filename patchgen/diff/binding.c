// SPDX-License-Identifier: GPL-2.0
/*
 * Functions that are the same but for a reference to what has become global, or local: their
 * relocations name a symbol in place of its section, or the other way round. They count as changed
 * like those whose relocations changed otherwise, as long as nothing stands in the way of
 * redirecting them: there is no need to, as both versions do the same.
 */
#include "differ.h"

static bool is_local(const struct symbol *symbol)
{
	return symbol->bind == STB_LOCAL;
}

static bool is_bound_anew(const struct reloc *a, const struct reloc *b)
{
	const struct symbol *x = reloc_target(a).symbol, *y = reloc_target(b).symbol;

	return x && y && x->section && y->section && x->twin == y && is_local(x) != is_local(y);
}

/* Of two functions that are the same otherwise; offset is that of the first such reference. */
static bool refers_anew(const struct symbol *a, const struct symbol *b, uint64_t *ret_offset)
{
	size_t i = section_reloc_index(a->section, a->value);

	for_each_reloc(reloc, b->section, b->value, b->value + b->size) {
		if (i == a->section->n_relocs || a->section->relocs[i].offset >= a->value + a->size)
			return false;
		if (is_bound_anew(&a->section->relocs[i++], reloc)) {
			*ret_offset = reloc->offset - b->value;
			return true;
		}
	}
	return false;
}

/* Special sections that are only read at boot would refuse the function. */
static bool is_finished_at_boot(const struct symbol *symbol)
{
	const struct section *section = symbol->section;

	for (size_t i = 0; i < section->n_entries; i++) {
		const struct entry *entry = &section->entries[i];

		if (entry->special->kind == SPECIAL_BOOT && entry->owner >= symbol->value &&
		    entry->owner < symbol->value + symbol->size)
			return true;
	}
	return false;
}

static bool can_be_redirected(const struct symbol *symbol)
{
	return symbol->section && symbol->twin && symbol->twin->section &&
	       !section_is_init(symbol->section) && !section_is_init(symbol->twin->section) &&
	       !(symbol->section->flags & SHF_GROUP) && function_has_fentry(symbol->twin) &&
	       !function_shares_place(symbol) && !is_finished_at_boot(symbol) &&
	       (!symbol->child || !is_finished_at_boot(symbol->child));
}

bool compare_bindings(struct differ *differ)
{
	bool found = false;

	for_each_symbol(symbol, differ->patched) {
		struct symbol *owner = symbol_owner(symbol);
		uint64_t offset;

		if (!symbol_is_function(symbol) || !symbol->section || !symbol->twin ||
		    !(symbol->section->flags & SHF_ALLOC) || symbol->is_changed ||
		    !refers_anew(symbol->twin, symbol, &offset))
			continue;
		if (owner->is_changed || !can_be_redirected(owner))
			continue;
		owner->change = (struct change){
			.part = symbol,
			.offset = instruction_start(symbol, offset),
		};
		owner->is_changed = owner->twin->is_changed = true;
		found = true;
	}
	return found;
}
