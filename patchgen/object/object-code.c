// SPDX-License-Identifier: GPL-2.0
/*
 * What the instructions of an object tell: how far the end of each instruction is from its
 * relocation, and what functions of one section say of each other without relocations.
 */
#include <string.h>

#include "arch.h"
#include "object.h"

/*
 * A PC-relative operand counts from the end of its instruction, which lies behind an immediate
 * where there is one: where it points can only be told with the instruction's length.
 */
static void mark_uncertain(struct section *section, size_t *reloc, uint64_t until)
{
	for (; *reloc < section->n_relocs && section->relocs[*reloc].offset < until; ++*reloc) {
		section->relocs[*reloc].to_end = 4;
		section->relocs[*reloc].is_uncertain = true;
	}
}

/* In an instruction that ends at end: an address that is relative stands nowhere but at its operand. */
static void tell_place(struct reloc *reloc, uint64_t end, const struct insn *insn)
{
	reloc->to_end = end - reloc->offset;
	reloc->is_branch = insn->is_branch;
	reloc->is_uncertain = arch_reloc_width(reloc->type) > reloc->to_end ||
			      (insn->relative && arch_reloc_is_pcrel(reloc->type) &&
			       reloc->to_end != insn->length - insn->relative);
}

/* The operand of a direct call or jump can only hold how far it is. Tables may look like one. */
static bool is_absurd_branch(const struct section *section, const struct reloc *reloc,
			     const struct insn *insn)
{
	uint64_t start = reloc->offset + reloc->to_end - insn->length;
	const struct symbol *symbol;

	if (!insn->is_branch || !insn->relative || reloc->offset != start + insn->relative ||
	    (arch_reloc_is_pcrel(reloc->type) &&
	     arch_reloc_width(reloc->type) == insn->relative_size))
		return false;
	symbol = section_symbol_at(section, start);
	return symbol && symbol_is_function(symbol);
}

static int decode_section(struct section *section, struct diag_list *diags)
{
	size_t at = 0, def = 0, reloc = 0;
	struct insn insn;

	while (reloc < section->n_relocs && at < section->size) {
		while (def < section->n_defs && section->defs[def]->value <= at)
			def++;
		if (arch_decode(section->data + at, section->size - at, &insn) < 0) {
			at = def < section->n_defs ? section->defs[def]->value : section->size;
			mark_uncertain(section, &reloc, at);
			continue;
		}
		/* Padding between functions may decode across the start of the next one. */
		if (def < section->n_defs && symbol_is_function(section->defs[def]) &&
		    section->defs[def]->value < at + insn.length) {
			at = section->defs[def]->value;
			mark_uncertain(section, &reloc, at);
			continue;
		}
		at += insn.length;
		for (; reloc < section->n_relocs && section->relocs[reloc].offset < at; reloc++) {
			tell_place(&section->relocs[reloc], at, &insn);
			if (is_absurd_branch(section, &section->relocs[reloc], &insn))
				return object_malformed(diags, section->object, section->name,
							"relocation that a branch cannot have");
		}
	}
	return 0;
}

/*
 * Several functions: the assembler knows how far they are from each other. What runs at boot only
 * is never taken out.
 */
static bool is_shared(const struct section *section)
{
	const struct symbol *first = NULL;

	if (section_is_init(section))
		return false;
	for (size_t i = 0; i < section->n_defs; i++) {
		if (!symbol_is_function(section->defs[i]))
			continue;
		if (first && section->defs[i]->value != first->value)
			return true;
		first = section->defs[i];
	}
	return false;
}

/* The operand at an offset, where it leads out of its function and has no relocation. */
static bool leads_out(const struct section *section, uint64_t at, const struct insn *insn,
		      struct reloc *ret)
{
	uint64_t field = at + insn->relative, end = at + insn->length;
	int64_t place = (int64_t)end + insn->displacement;
	size_t i = section_reloc_index(section, at);
	struct symbol *from, *to;

	if (!insn->relative || insn->relative_size != 4 || place < 0 ||
	    (i < section->n_relocs && section->relocs[i].offset < end) ||
	    (i > 0 &&
	     section->relocs[i - 1].offset + arch_reloc_width(section->relocs[i - 1].type) > at))
		return false;
	from = section_symbol_at(section, at);
	to = section_symbol_at(section, place);
	if (!from || !to || !symbol_is_function(from) || !symbol_is_function(to) ||
	    from->value == to->value)
		return false;
	*ret = (struct reloc){
		.offset = field,
		.type = insn->is_branch ? arch_reloc_branch() : arch_reloc_pcrel(),
		.addend = place - (int64_t)to->value - (int64_t)(end - field),
		.symbol = to,
		.to_end = end - field,
		.is_branch = insn->is_branch,
	};
	return true;
}

static int by_offset(const void *a, const void *b)
{
	const struct reloc *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/*
 * Write down as relocations what the assembler has worked out itself: a call of a static function
 * of the same section (.sched.text, .noinstr.text). Otherwise each function behind one
 * that grew would seem to change, and none could be taken out.
 */
static int add_relocs(struct section *section)
{
	_cleanup_free_ struct reloc *found = NULL;
	size_t n = 0, allocated = 0, def = 0;
	struct reloc *all, reloc;
	struct insn insn;

	for (uint64_t at = 0; at < section->size; at += insn.length) {
		while (def < section->n_defs && section->defs[def]->value <= at)
			def++;
		if (arch_decode(section->data + at, section->size - at, &insn) < 0) {
			insn.length = (def < section->n_defs ? section->defs[def]->value :
							       section->size) -
				      at;
			continue;
		}
		if (def < section->n_defs && symbol_is_function(section->defs[def]) &&
		    section->defs[def]->value < at + insn.length) {
			insn.length = section->defs[def]->value - at;
			continue;
		}
		if (!leads_out(section, at, &insn, &reloc))
			continue;
		if (n == allocated) {
			allocated = allocated ? allocated * 2 : 16;
			all = reallocarray(found, allocated, sizeof(*found));
			if (!all)
				return -ENOMEM;
			found = all;
		}
		found[n++] = reloc;
	}
	if (n == 0)
		return 0;
	all = reallocarray(section->relocs, section->n_relocs + n, sizeof(*all));
	if (!all)
		return -ENOMEM;
	memcpy(all + section->n_relocs, found, n * sizeof(*all));
	section->relocs = all;
	section->n_relocs += n;
	qsort(all, section->n_relocs, sizeof(*all), by_offset);
	return 0;
}

int object_decode(struct object *object, struct diag_list *diags)
{
	for_each_section(section, object) {
		int r;

		if (!section_is_code(section) || !section->data)
			continue;
		r = decode_section(section, diags);
		if (r == 0 && is_shared(section))
			r = add_relocs(section);
		if (r < 0)
			return r;
	}
	return 0;
}
