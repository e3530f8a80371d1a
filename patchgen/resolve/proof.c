// SPDX-License-Identifier: GPL-2.0
#include "proof.h"

#include <string.h>

#include "../object/arch.h"

/* Code that is freed after boot cannot be patched, and a loaded module's table lacks it. */
static bool is_function(const struct symbol *symbol)
{
	return symbol->section && !section_is_init(symbol->section) && symbol->type == STT_FUNC &&
	       symbol->size > 0 && section_is_code(symbol->section) && symbol->section->data &&
	       symbol->value <= symbol->section->size &&
	       symbol->size <= symbol->section->size - symbol->value;
}

static bool is_jump_label(const struct section *code, uint64_t at)
{
	const struct section *table = object_find_section(code->object, "__jump_table");

	for (size_t i = 0; table && i < table->n_relocs; i++) {
		struct target target = reloc_target(&table->relocs[i]);
		uint64_t value = target.symbol ? target.symbol->value : 0;

		if (target.section == code && value + target.offset == at)
			return true;
	}
	return false;
}

/*
 * Where the kernel is linked with IBT, objtool works on all of vmlinux and no single object: only
 * there it makes no-ops of the jumps that stand for branches which are off.
 */
static unsigned jump_label_length(const struct section *code, uint64_t at, const uint8_t *shipped,
				  uint64_t size)
{
	unsigned length = arch_nop_length(shipped, size);
	struct insn insn;

	if (length == 0 || arch_decode(code->data + at, size, &insn) < 0 || !insn.is_branch ||
	    insn.length != length || !is_jump_label(code, at))
		return 0;
	return length;
}

struct comparison {
	const struct section *code;
	const uint8_t *shipped; /* of the function at start */
	uint64_t start, end, at;
};

/* Up to a place; what is wider than that goes on in a relocated field, which is not compared. */
static bool same_until(struct comparison *c, uint64_t to)
{
	const uint8_t *code = c->code->data;

	while (c->at < to) {
		const uint8_t *shipped = c->shipped + (c->at - c->start);
		unsigned length;

		if (code[c->at] == *shipped) {
			c->at++;
			continue;
		}
		length = jump_label_length(c->code, c->at, shipped, c->end - c->at);
		if (length == 0)
			return false;
		c->at = c->at + length < to ? c->at + length : to;
	}
	return true;
}

/*
 * The same bytes outside the fields that relocations fill. Where not, ret_first (may be NULL) is
 * the offset in the function from which they differ.
 */
static bool same_bytes(const struct symbol *function, const uint8_t *shipped, uint64_t *ret_first)
{
	const struct section *section = function->section;
	uint64_t start = function->value, end = start + function->size;
	struct comparison c = {section, shipped, start, end, start};
	bool same = true;

	for_each_reloc(reloc, section, start, end) {
		unsigned width = arch_reloc_width(reloc->type);

		if (arch_reloc_is_none(reloc->type))
			continue;
		same = width && reloc->offset >= c.at && width <= end - reloc->offset &&
		       same_until(&c, reloc->offset);
		if (!same)
			break;
		c.at = reloc->offset + width;
	}
	same = same && same_until(&c, end);
	if (!same && ret_first)
		*ret_first = c.at - start;
	return same;
}

static bool is_at(const struct proof *proof, const struct symbol *function, struct place place)
{
	const uint8_t *bytes = shipped_bytes(proof->shipped, place, function->size);

	return bytes && same_bytes(function, bytes, NULL);
}

/* Sections whose contents the linker merges have no one place. */
static void place_section(struct proof *proof, const struct section *section, struct place place)
{
	struct proof_section *entry = &proof->sections[section->index];

	if (entry->is_placed || (section->flags & SHF_MERGE) || !(section->flags & SHF_ALLOC))
		return;
	entry->is_placed = true;
	entry->place = place;
}

bool proof_place(const struct proof *proof, const struct symbol *symbol, struct place *ret)
{
	const struct proof_section *entry;

	if (!symbol->section)
		return false;
	entry = &proof->sections[symbol->section->index];
	if (!entry->is_placed)
		return false;
	*ret = (struct place){entry->place.section, entry->place.value + symbol->value};
	return true;
}

bool proof_first_difference(const struct proof *proof, const struct symbol *function, uint64_t *ret)
{
	const uint8_t *bytes;
	size_t first;

	if (!is_function(function) || shipped_find(proof->shipped, function->name, &first) != 1)
		return false;
	bytes = shipped_bytes(proof->shipped, shipped_get(proof->shipped, first).place,
			      function->size);
	return bytes && !same_bytes(function, bytes, ret);
}

/* By name and bytes, where only one of the shipped symbols fits. */
static void find_function(struct proof *proof, const struct symbol *function)
{
	bool is_global = function->bind != STB_LOCAL;
	struct place found = {0}, known;
	size_t first, n, n_fit = 0;

	n = shipped_find(proof->shipped, function->name, &first);
	for (size_t i = 0; i < n; i++) {
		struct shipped_symbol candidate = shipped_get(proof->shipped, first + i);

		if (candidate.is_global != is_global || !is_at(proof, function, candidate.place))
			continue;
		if (proof_place(proof, function, &known) &&
		    (known.section != candidate.place.section ||
		     known.value != candidate.place.value))
			continue;
		found = candidate.place;
		n_fit++;
	}
	if (n_fit != 1)
		return;
	proof->is_proven[function->index] = true;
	proof->n_proven++;
	found.value -= function->value;
	place_section(proof, function->section, found);
}

/* What relocations point at is placed by them. Returns whether any was. */
static bool follow_range(struct proof *proof, const struct section *section, uint64_t from,
			 uint64_t to)
{
	const struct proof_section *entry = &proof->sections[section->index];
	bool any = false;

	for_each_reloc(reloc, section, from, to) {
		const struct section *target = reloc->symbol->section;
		struct place field = {entry->place.section, entry->place.value + reloc->offset};
		struct place place;

		if (!target || proof->sections[target->index].is_placed)
			continue;
		if (!shipped_follow(proof->shipped, field, reloc->type, reloc->addend, &place))
			continue;
		place.value -= reloc->symbol->value;
		place_section(proof, target, place);
		any |= proof->sections[target->index].is_placed;
	}
	return any;
}

static bool follow_functions(struct proof *proof, const struct section *section)
{
	bool any = false;

	for (size_t i = 0; i < section->n_defs; i++) {
		const struct symbol *function = section->defs[i];

		if (!proof->is_proven[function->index] || proof->is_followed[function->index])
			continue;
		proof->is_followed[function->index] = true;
		any |= follow_range(proof, section, function->value,
				    function->value + function->size);
	}
	return any;
}

/* Code is followed only where it is proven; data that such code led to is what it must be. */
static bool follow_section(struct proof *proof, const struct section *section)
{
	struct proof_section *entry = &proof->sections[section->index];

	if (!entry->is_placed)
		return false;
	if (section_is_code(section))
		return follow_functions(proof, section);
	if (entry->is_followed)
		return false;
	entry->is_followed = true;
	return follow_range(proof, section, 0, section->size);
}

static bool find_functions(struct proof *proof)
{
	size_t before = proof->n_proven;

	for_each_symbol(symbol, proof->object)
		if (is_function(symbol) && !proof->is_proven[symbol->index])
			find_function(proof, symbol);
	return proof->n_proven > before;
}

static bool follow_sections(struct proof *proof)
{
	bool any = false;

	for_each_section(section, proof->object)
		if (section->flags & SHF_ALLOC)
			any |= follow_section(proof, section);
	return any;
}

int proof_make(const struct object *object, const struct shipped *shipped, struct proof **ret)
{
	_cleanup_proof_ struct proof *proof = calloc(1, sizeof(*proof));
	bool any;

	if (!proof)
		return -ENOMEM;
	proof->object = object;
	proof->shipped = shipped;
	proof->sections = calloc(object->n_sections + 1, sizeof(*proof->sections));
	proof->is_proven = calloc(object->n_symbols + 1, sizeof(*proof->is_proven));
	proof->is_followed = calloc(object->n_symbols + 1, sizeof(*proof->is_followed));
	if (!proof->sections || !proof->is_proven || !proof->is_followed)
		return -ENOMEM;
	for_each_symbol(symbol, object)
		proof->n_functions += is_function(symbol);
	/* A section placed by a reference can tell twins apart, whose references lead further. */
	do {
		any = find_functions(proof);
		any |= follow_sections(proof);
	} while (any);
	*ret = TAKE_PTR(proof);
	return 0;
}

void proof_free(struct proof *proof)
{
	if (!proof)
		return;
	free(proof->sections);
	free(proof->is_proven);
	free(proof->is_followed);
	free(proof);
}
