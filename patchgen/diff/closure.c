// SPDX-License-Identifier: GPL-2.0
/* What has to come along with the changed functions, and what stays in the running kernel. */
#include <string.h>

#include "../object/arch.h"
#include "differ.h"

static size_t piece_index(const struct section *section, const struct range *range)
{
	size_t low = 0, high = section->n_pieces;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct range *r = &section->pieces[middle]->range;

		if (r->from < range->from || (r->from == range->from && r->to < range->to))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int grow(struct piece ***pieces, size_t n, size_t *allocated)
{
	size_t want = *allocated ? *allocated * 2 : 8;
	struct piece **grown;

	if (n < *allocated)
		return 0;
	grown = reallocarray(*pieces, want, sizeof(**pieces));
	if (!grown)
		return -ENOMEM;
	*pieces = grown;
	*allocated = want;
	return 0;
}

static int add_piece(struct differ *differ, const struct range *range, struct symbol *symbol,
		     const struct entry *entry, struct piece **ret)
{
	struct section *section = range->section;
	size_t i = piece_index(section, range);
	struct piece *piece;

	if (i < section->n_pieces && section->pieces[i]->range.from == range->from &&
	    section->pieces[i]->range.to == range->to) {
		*ret = section->pieces[i];
		return 0;
	}
	if (grow(&section->pieces, section->n_pieces, &section->pieces_allocated) < 0 ||
	    grow(&differ->pieces, differ->n_pieces, &differ->pieces_allocated) < 0)
		return -ENOMEM;
	piece = calloc(1, sizeof(*piece));
	if (!piece)
		return -ENOMEM;
	*piece = (struct piece){.range = *range, .symbol = symbol, .entry = entry};
	memmove(section->pieces + i + 1, section->pieces + i,
		(section->n_pieces - i) * sizeof(*section->pieces));
	section->pieces[i] = piece;
	section->n_pieces++;
	differ->pieces[differ->n_pieces++] = piece;
	*ret = piece;
	return 0;
}

/* A section that holds one symbol is taken as a whole, with padding and prefix. */
static struct range piece_range(const struct symbol *symbol)
{
	struct section *section = symbol->section;
	bool is_alone = true;

	for (size_t i = 0; is_alone && i < section->n_defs; i++)
		is_alone = section->defs[i]->value == symbol->value ||
			   section->defs[i]->type == STT_NOTYPE;
	if (is_alone && section_is_dedicated(section, symbol))
		return (struct range){section, 0, section->size};
	return (struct range){section, symbol->value, symbol->value + symbol->size};
}

static int take_symbol(struct differ *differ, struct symbol *symbol, struct piece **ret)
{
	struct range range;
	int r;

	if (!symbol->piece) {
		range = piece_range(symbol);
		r = add_piece(differ, &range, symbol, NULL, &symbol->piece);
		if (r < 0)
			return r;
	}
	*ret = symbol->piece;
	return 1;
}

/* Looked up when the object comes, and not when the patch is loaded. */
static bool is_late(const struct differ *differ, const struct external *external)
{
	return external->is_weak && differ->options->is_late &&
	       strcmp(external->object, KMEND_OBJECT_VMLINUX) != 0;
}

static int klp_name(const struct differ *differ, const struct external *external, const char *name,
		    char **ret)
{
	bool late = is_late(differ, external);

	if (asprintf(ret, "%s%s.klp.sym.%s.%s,%u", late ? differ->options->object : "",
		     late ? ":" : "", external->object, name, external->sympos) < 0)
		return -ENOMEM;
	return 0;
}

static int ask(struct differ *differ, const struct symbol *symbol, bool is_place,
	       struct reach_answer *ret)
{
	bool is_orig = symbol >= differ->orig->symbols &&
		       symbol < differ->orig->symbols + differ->orig->n_symbols;
	struct reach_request request = {
		.object = differ->options->object,
		.name = symbol->name,
		.symbol = is_orig ? symbol->index : 0,
		.is_local = symbol->bind == STB_LOCAL,
		.is_function = symbol_is_function(symbol),
		.is_place = is_place,
		.is_late = differ->options->is_late,
	};

	if (differ->options->resolver)
		return resolver_reach(differ->options->resolver, &request, ret,
				      &differ->result->diags);
	*ret = (struct reach_answer){
		.reach = request.is_local ? REACH_KLP : REACH_EXPORTED,
		.object = differ->options->object,
	};
	/* A module's own descriptor: the patch module has one of the same name. */
	if (strcmp(symbol->name, "__this_module") == 0)
		ret->reach = REACH_KLP;
	return 0;
}

static int new_external(struct differ *differ, const struct symbol *symbol,
			const struct reach_answer *answer, bool is_klp, struct external **ret)
{
	struct external *external = calloc(1, sizeof(*external));
	int r;

	if (!external)
		return -ENOMEM;
	external->next = differ->externals;
	differ->externals = external;
	external->is_weak = is_klp;
	external->sympos = answer->sympos;
	external->size = answer->size;
	external->object = answer->object ?: differ->options->object;
	if (is_klp)
		r = klp_name(differ, external, symbol->name, &external->name);
	else
		r = (external->name = strdup(symbol->name)) ? 0 : -ENOMEM;
	if (r < 0)
		return r;
	*ret = external;
	return 1;
}

int external_of(struct differ *differ, struct symbol *symbol, bool as_klp, struct external **ret)
{
	struct reach_answer answer = {0};
	int r;

	if (symbol->external && !as_klp) {
		*ret = symbol->external;
		return 1;
	}
	r = ask(differ, symbol, as_klp, &answer);
	r = r ?: judge_late_answer(differ, symbol, &answer);
	if (r < 0)
		return r;
	if (answer.reach == REACH_AMBIGUOUS) {
		refuse(differ, KM219, symbol, symbol->section, symbol->value,
		       "which %s of several is meant cannot be told", symbol->name);
		return 0;
	}
	if (answer.reach == REACH_UNKNOWN && (symbol->section || as_klp)) {
		refuse(differ, KM220, symbol, symbol->section, symbol->value,
		       "%s is not in %s as it runs", symbol->name, differ->options->object);
		return 0;
	}
	if (answer.reach == REACH_UNKNOWN) {
		struct diag_where where = {.symbol = symbol->name, .file = differ->options->source};

		diag_add(&differ->result->diags, KM220, DIAG_NOTE, 0, &where,
			 "%s must come from another object of the patch", symbol->name);
	}
	/* An export's place is told as a path; what is replaced is of the object compared. */
	if (as_klp)
		answer.object = differ->options->object;
	r = new_external(differ, symbol, &answer, as_klp || answer.reach == REACH_KLP, ret);
	if (r > 0 && !as_klp)
		symbol->external = *ret;
	return r;
}

static int outside(struct differ *differ, const struct piece *from, const struct reloc *reloc,
		   struct symbol *symbol, const struct target *target, struct reference *ret)
{
	int r;

	*ret = (struct reference){.offset = target->offset};
	r = external_of(differ, symbol, /* as_klp= */ false, &ret->external);
	if (r > 0 && is_late(differ, ret->external))
		judge_late(differ, from, reloc, symbol, ret->external->object);
	return r;
}

static int inside(struct differ *differ, struct symbol *symbol, const struct target *target,
		  struct reference *ret)
{
	*ret = (struct reference){0};
	if (take_symbol(differ, symbol, &ret->piece) < 0)
		return -ENOMEM;
	ret->offset = (int64_t)(symbol->value - ret->piece->range.from) + target->offset;
	if (section_is_code(symbol->section) &&
	    (uint64_t)ret->offset > ret->piece->range.to - ret->piece->range.from) {
		refuse(differ, KM221, symbol, symbol->section, symbol->value,
		       "reference to what is outside of %s() in a section that it shares",
		       symbol->name);
		return 0;
	}
	return 1;
}

static int undefined(struct differ *differ, const struct piece *from, const struct reloc *reloc,
		     const struct target *target, struct reference *ret)
{
	struct symbol *symbol = target->symbol, *orig;

	if (symbol->is_absolute || !symbol->name[0]) {
		refuse(differ, KM205, symbol, NULL, 0, "relocation against an absolute address");
		return 0;
	}
	orig = object_find_undefined(differ->orig, symbol->name);
	return outside(differ, from, reloc, orig ?: symbol, target, ret);
}

/* Function pointers stay those of the original: they outlive the patch, and redirects catch them. */
static int function(struct differ *differ, const struct piece *from, const struct reloc *reloc,
		    const struct target *target, struct reference *ret)
{
	struct symbol *symbol = target->symbol;

	if (!function_is_taken(symbol))
		return outside(differ, from, reloc, symbol->twin, target, ret);
	if (symbol->twin && !symbol->parent && !from->entry && !reloc->is_branch &&
	    target->offset == 0)
		return outside(differ, from, reloc, symbol->twin, target, ret);
	return inside(differ, symbol, target, ret);
}

static bool is_used_by(const struct symbol *variable, const struct symbol *function)
{
	if (!function)
		return false;
	for_each_reloc(reloc, function->section, function->value, function->value + function->size)
		if (reloc_target(reloc).symbol == variable)
			return true;
	return false;
}

static bool is_lost(const struct symbol *orig)
{
	return symbol_is_data(orig) && orig->section && !orig->twin && !symbol_is_copied(orig) &&
	       (orig->section->flags & SHF_ALLOC) && section_is_writable(orig->section) &&
	       !section_is_init(orig->section);
}

/* What keeps its name, or its size in a function that lost a variable, may be the same variable. */
static bool may_be_lost(const struct symbol *orig, const struct symbol *patched,
			const struct symbol *user)
{
	bool is_used = user && (is_used_by(orig, user) || is_used_by(orig, user->child));
	bool is_local = symbol_is_numbered(orig) && symbol_is_numbered(patched);

	if (strcmp(symbol_base(orig), symbol_base(patched)) == 0)
		return is_used || !is_local;
	return is_used && orig->size == patched->size && patched->size > 0;
}

/*
 * A variable that found no twin is new, unless one that is gone may have been it: then it holds
 * state that a copy would lose. Returns that one, or NULL.
 */
static const struct symbol *lost_variable(struct differ *differ, const struct piece *from,
					  const struct symbol *variable)
{
	const struct symbol *user = from->symbol ? symbol_owner(from->symbol)->twin : NULL;

	if (!section_is_writable(variable->section))
		return NULL;
	for_each_symbol(symbol, differ->orig)
		if (is_lost(symbol) && may_be_lost(symbol, variable, user))
			return symbol;
	return NULL;
}

/* Other sections of per-CPU variables exist in the kernel's link only. */
static bool is_wrong_percpu(const struct section *section)
{
	return strncmp(section->name, ".data..percpu..", 15) == 0;
}

static int new_data(struct differ *differ, const struct piece *from, const struct target *target,
		    struct reference *ret)
{
	const struct symbol *symbol = target->symbol;
	const struct special *special = symbol->section->special;
	const struct symbol *lost = lost_variable(differ, from, symbol);

	if (lost && !author_answers(differ, KM218, symbol, NULL)) {
		refuse(differ, KM218, symbol, symbol->section, symbol->value,
		       "%s may be the original's %s, whose state a new variable would not have",
		       symbol->name, lost->name);
		return 0;
	}
	if (!symbol_is_data(symbol)) {
		refuse(differ, KM221, symbol, symbol->section, symbol->value,
		       "reference to label %s, which is new", symbol->name);
		return 0;
	}
	if ((special && special->kind != SPECIAL_STATIC) || is_wrong_percpu(symbol->section)) {
		refuse(differ, KM224, symbol, symbol->section, symbol->value,
		       "%s is new and would have to be set up by a kernel build", symbol->name);
		return 0;
	}
	return inside(differ, target->symbol, target, ret);
}

/* A static variable that moved from one function to another, as far as its name tells. */
static void tell_guess(struct differ *differ, struct symbol *symbol)
{
	struct diag_where where = {.symbol = symbol->twin->name, .file = differ->options->source};

	diag_add(&differ->result->diags, KM227, DIAG_NOTE, 0, &where,
		 "static variable %s of the patched object is taken to be the kernel's %s",
		 symbol->name, symbol->twin->name);
	symbol->is_guessed = false;
}

static int data(struct differ *differ, const struct piece *from, const struct reloc *reloc,
		const struct target *target, struct reference *ret)
{
	struct symbol *symbol = target->symbol;

	if (symbol_is_copied(symbol))
		return inside(differ, symbol, target, ret);
	if (!symbol->twin)
		return new_data(differ, from, target, ret);
	if (differ->options->resolver && symbol_is_numbered(symbol) && !symbol->twin->external &&
	    !section_is_writable(symbol->section)) {
		struct reach_answer answer = {0};
		int r = ask(differ, symbol->twin, /* is_place= */ false, &answer);

		/* A constant of one function is as good as a copy. */
		if (r < 0 || answer.reach == REACH_AMBIGUOUS)
			return r < 0 ? r : inside(differ, symbol, target, ret);
	}
	if (symbol->is_guessed)
		tell_guess(differ, symbol);
	return outside(differ, from, reloc, symbol->twin, target, ret);
}

static int unnamed(struct differ *differ, const struct piece *from, const struct reloc *reloc,
		   const struct entry *entry, const struct target *target, struct reference *ret)
{
	struct range range;

	if (special_unnamed_range(target, entry, &range) < 0) {
		refuse(differ, KM221, from->symbol, from->range.section, reloc->offset,
		       "reference to unnamed data at %s+0x%llx", target->section->name,
		       (unsigned long long)target->offset);
		return 0;
	}
	*ret = (struct reference){.offset = target->offset - (int64_t)range.from};
	return add_piece(differ, &range, NULL, entry, &ret->piece) < 0 ? -ENOMEM : 1;
}

/* The function that a label in code belongs to: it is inside, or in the padding in front. */
static struct symbol *function_of_label(const struct symbol *label)
{
	const struct section *section = label->section;
	struct symbol *covering = section_symbol_at(section, label->value);

	if (covering && symbol_is_function(covering))
		return covering;
	if (strncmp(label->name, "__pfx_", 6) != 0 && strncmp(label->name, "__cfi_", 6) != 0)
		return NULL;
	for (size_t i = 0; i < section->n_defs; i++) {
		struct symbol *symbol = section->defs[i];

		if (symbol_is_function(symbol) && symbol->value >= label->value &&
		    strcmp(symbol->name, label->name + 6) == 0)
			return symbol;
	}
	return NULL;
}

/* A place is told from the function that it moves with. */
static struct target place_in_function(const struct target *target)
{
	struct symbol *label = target->symbol, *symbol;

	if (!label || symbol_is_function(label) || symbol_is_data(label) || !target->section ||
	    !section_is_code(target->section))
		return *target;
	symbol = function_of_label(label);
	if (!symbol)
		return *target;
	return (struct target){
		.symbol = symbol,
		.section = target->section,
		.offset = target->offset + (int64_t)label->value - (int64_t)symbol->value,
	};
}

int reference(struct differ *differ, const struct piece *from, const struct reloc *reloc,
	      struct reference *ret)
{
	const struct entry *entry = from->entry;
	struct target named = reloc_target(reloc), target = place_in_function(&named);

	if (reloc->is_uncertain && arch_reloc_is_pcrel(reloc->type)) {
		refuse(differ, KM222, from->symbol, from->range.section, reloc->offset,
		       "instruction before +0x%llx could not be decoded",
		       (unsigned long long)reloc->offset);
		return 0;
	}
	if (!arch_reloc_is_loadable(reloc->type)) {
		refuse(differ, KM205, from->symbol, from->range.section, reloc->offset,
		       "relocation of type %u, which the kernel takes in no module", reloc->type);
		return 0;
	}
	if (!target.section)
		return undefined(differ, from, reloc, &target, ret);
	if (!(target.section->flags & SHF_ALLOC)) {
		refuse(differ, KM202, from->symbol, from->range.section, reloc->offset,
		       "reference to %s, which is not loaded", target.section->name);
		return 0;
	}
	if (reloc->is_branch && !section_is_code(target.section)) {
		refuse(differ, KM202, from->symbol, from->range.section, reloc->offset,
		       "a call or jump to data in %s", target.section->name);
		return 0;
	}
	if (section_is_init(target.section)) {
		refuse(differ, KM223, from->symbol, from->range.section, reloc->offset,
		       "reference to %s in %s",
		       target.symbol ? target.symbol->name : "unnamed data", target.section->name);
		return 0;
	}
	if (!target.symbol)
		return unnamed(differ, from, reloc, entry, &target, ret);
	if (symbol_is_function(target.symbol))
		return function(differ, from, reloc, &target, ret);
	return data(differ, from, reloc, &target, ret);
}

static int take_entries(struct differ *differ, const struct range *range)
{
	struct section *section = range->section;
	struct piece *piece;

	for (size_t i = 0; i < section->n_entries; i++) {
		const struct entry *entry = &section->entries[i];
		struct range of = {entry->section, entry->offset, entry->offset + entry->size};

		if (entry->owner < range->from || entry->owner >= range->to || entry->special->pair)
			continue;
		if (add_piece(differ, &of, NULL, entry, &piece) < 0)
			return -ENOMEM;
	}
	return 0;
}

/*
 * Functions that share a section refer to each other without relocations: such code cannot be
 * taken out of it.
 */
static bool is_self_contained(const struct range *range)
{
	const struct section *section = range->section;
	struct insn insn;

	for (uint64_t at = range->from; at < range->to; at += insn.length) {
		size_t reloc = section_reloc_index(section, at);
		uint64_t target;

		if (arch_decode(section->data + at, range->to - at, &insn) < 0)
			return false;
		if (!insn.relative ||
		    (reloc < section->n_relocs && section->relocs[reloc].offset < at + insn.length))
			continue;
		target = at + insn.length + insn.displacement;
		if (target < range->from || target >= range->to)
			return false;
	}
	return true;
}

static bool is_slice(const struct piece *piece)
{
	const struct range *range = &piece->range;

	return section_is_code(range->section) && range->section->data && piece->symbol &&
	       (range->from != 0 || range->to != range->section->size);
}

static int follow(struct differ *differ, struct piece *piece)
{
	struct reference ignored;

	/* The kernel shows a module's sections by name. */
	if (!piece->range.section->name[0]) {
		refuse(differ, KM216, piece->symbol, piece->range.section, piece->range.from,
		       "what the patch needs is in a section without a name");
		return 0;
	}
	if (is_slice(piece) && !is_self_contained(&piece->range)) {
		refuse(differ, KM230, piece->symbol, piece->range.section, piece->range.from,
		       "%s() cannot be taken out of a section that it shares", piece->symbol->name);
		return 0;
	}

	for_each_reloc(reloc, piece->range.section, piece->range.from, piece->range.to) {
		int r;

		if (arch_reloc_width(reloc->type) > piece->range.to - reloc->offset) {
			refuse(differ, KM202, piece->symbol, piece->range.section, reloc->offset,
			       "a relocation crosses the end of what it is part of");
			return 0;
		}
		r = reference(differ, piece, reloc, &ignored);
		if (r < 0)
			return r;
	}
	return section_is_code(piece->range.section) ? take_entries(differ, &piece->range) : 0;
}

static bool is_root(const struct symbol *symbol)
{
	if (!symbol->section || !(symbol->section->flags & SHF_ALLOC) ||
	    section_is_init(symbol->section))
		return false;
	if (symbol_is_function(symbol))
		return function_is_taken(symbol);
	return symbol_is_data(symbol) && symbol->bind == STB_GLOBAL && !symbol->twin &&
	       !symbol->section->special;
}

int close_over(struct differ *differ)
{
	struct piece *piece;
	int r;

	for_each_symbol(symbol, differ->patched)
		if (is_root(symbol) && take_symbol(differ, symbol, &piece) < 0)
			return -ENOMEM;
	for (size_t i = 0; i < differ->n_pieces; i++) {
		r = follow(differ, differ->pieces[i]);
		if (r < 0)
			return r;
	}
	return 0;
}
