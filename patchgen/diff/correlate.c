// SPDX-License-Identifier: GPL-2.0
/*
 * Which symbol of the patched object is which of the original. Names decide where they can; a
 * variable whose name carries a number from the compiler is known by the places that refer to it,
 * as the numbers move when another one comes or goes anywhere in the file.
 */
#include <stdlib.h>
#include <string.h>

#include "../object/arch.h"
#include "differ.h"

static bool is_definition(const struct symbol *symbol)
{
	return symbol->section && (symbol->section->flags & SHF_ALLOC) && symbol->name[0] &&
	       symbol->type != STT_SECTION && symbol->type != STT_FILE &&
	       strncmp(symbol->name, ".L", 2) != 0;
}

bool symbol_is_copied(const struct symbol *symbol)
{
	static const char *const names[] = {
		"__func__",       "__FUNCTION__", "__PRETTY_FUNCTION__", "__key",     "_rs",
		"__already_done", "__warned",     "__print_once",        "__pr_once", "__msg",
		"_entry",         "_entry_ptr",
	};

	if (!symbol_is_data(symbol) || symbol->bind != STB_LOCAL || !symbol->section)
		return false;
	if (section_is_copied(symbol->section))
		return true;
	/* Tables that gcc makes of a switch, and unnamed constants */
	if (!section_is_writable(symbol->section) &&
	    (strcmp(symbol_base(symbol), "CSWTCH") == 0 || strcmp(symbol_base(symbol), "C") == 0))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(symbol_base(symbol), names[i]) == 0)
			return strchr(symbol->name, '.') || !section_is_writable(symbol->section);
	return false;
}

bool symbol_is_numbered(const struct symbol *symbol)
{
	return symbol_is_data(symbol) && symbol->bind == STB_LOCAL &&
	       strcmp(symbol->name, symbol_base(symbol)) != 0;
}

static bool is_candidate(const struct symbol *symbol)
{
	return is_definition(symbol) && !symbol->twin && !symbol_is_copied(symbol);
}

static void pair(struct symbol *orig, struct symbol *patched)
{
	orig->twin = patched;
	patched->twin = orig;
}

/* The only candidate of this name (or base) and type, NULL where there are none or several. */
static struct symbol *only_named(const struct object *object, const char *name, unsigned char type)
{
	struct symbol *found = NULL;

	for (struct symbol *s = object_first_by_name(object, name); s; s = s->next_same_name) {
		if (strcmp(s->name, name) != 0 || s->type != type || !is_candidate(s))
			continue;
		if (found)
			return NULL;
		found = s;
	}
	return found;
}

static struct symbol *only_based(const struct object *object, const char *base, unsigned char type)
{
	struct symbol *found = NULL;

	for (struct symbol *s = object_first_by_base(object, base); s; s = s->next_same_base) {
		if (strcmp(symbol_base(s), base) != 0 || s->type != type || !is_candidate(s))
			continue;
		if (found)
			return NULL;
		found = s;
	}
	return found;
}

static bool targets_alike(const struct reloc *a, const struct reloc *b)
{
	struct target ta = reloc_target(a), tb = reloc_target(b);

	if (!ta.symbol || !tb.symbol)
		return !ta.symbol && !tb.symbol;
	return ta.offset == tb.offset &&
	       strcmp(symbol_base(ta.symbol), symbol_base(tb.symbol)) == 0;
}

/* Whether two functions have the same code, as far as it can be told before anything is paired. */
static bool functions_alike(const struct symbol *a, const struct symbol *b)
{
	const struct section *x = a->section, *y = b->section;
	size_t i = section_reloc_index(x, a->value), j = section_reloc_index(y, b->value);
	uint64_t at = 0;

	if (a->size != b->size || !x->data || !y->data)
		return false;
	for (;; i++, j++) {
		bool end_a = i == x->n_relocs || x->relocs[i].offset >= a->value + a->size;
		bool end_b = j == y->n_relocs || y->relocs[j].offset >= b->value + b->size;
		uint64_t next = end_a ? a->size : x->relocs[i].offset - a->value;

		/* Relocations may overlap in what no assembler wrote. */
		if (end_a != end_b || next < at ||
		    memcmp(x->data + a->value + at, y->data + b->value + at, next - at))
			return false;
		if (end_a)
			return true;
		if (y->relocs[j].offset - b->value != next ||
		    x->relocs[i].type != y->relocs[j].type ||
		    !targets_alike(&x->relocs[i], &y->relocs[j]))
			return false;
		at = next + arch_reloc_width(x->relocs[i].type);
		if (at > a->size)
			return false;
	}
}

/* The only clone of this one's base that looks like it; NULL: none, or several. */
static struct symbol *only_alike(const struct object *object, const struct symbol *clone)
{
	struct symbol *found = NULL;

	for (struct symbol *s = object_first_by_base(object, symbol_base(clone)); s;
	     s = s->next_same_base) {
		if (!symbol_is_function(s) || !is_candidate(s) || s->parent ||
		    strcmp(symbol_base(s), symbol_base(clone)) != 0 || !functions_alike(s, clone))
			continue;
		if (found)
			return NULL;
		found = s;
	}
	return found;
}

/* Clones of one function are numbered as they come: f.constprop.1 may have been f.constprop.0. */
static void correlate_clones(struct differ *differ)
{
	for_each_symbol(symbol, differ->patched) {
		struct symbol *orig;

		if (!symbol_is_function(symbol) || !is_candidate(symbol) || symbol->parent ||
		    strcmp(symbol->name, symbol_base(symbol)) == 0)
			continue;
		orig = only_alike(differ->orig, symbol);
		if (orig && only_alike(differ->patched, orig) == symbol)
			pair(orig, symbol);
	}
}

/* A .cold part is that of its parent, whatever number it has. */
static void correlate_cold(struct differ *differ)
{
	for_each_symbol(symbol, differ->patched) {
		struct symbol *twin = symbol->parent ? symbol->parent->twin : NULL;

		if (twin && twin->child && !twin->child->twin)
			pair(twin->child, symbol);
	}
}

static void correlate_names(struct differ *differ)
{
	for_each_symbol(symbol, differ->patched) {
		struct symbol *orig;

		if (!is_candidate(symbol) || symbol_is_numbered(symbol) || symbol->parent)
			continue;
		orig = only_named(differ->orig, symbol->name, symbol->type);
		if (orig && only_named(differ->patched, symbol->name, symbol->type) == symbol)
			pair(orig, symbol);
	}
}

/* A constant of one function that changed is another one: it comes along, nothing is kept in it. */
static bool constants_same(const struct symbol *orig, const struct symbol *patched)
{
	struct range a = {orig->section, orig->value, orig->value + orig->size};
	struct range b = {patched->section, patched->value, patched->value + patched->size};

	return ranges_same(&a, &b, NULL);
}

static bool may_be_twins(const struct symbol *orig, const struct symbol *patched)
{
	return is_candidate(orig) && is_candidate(patched) && symbol_is_numbered(orig) &&
	       symbol_is_numbered(patched) &&
	       strcmp(symbol_base(orig), symbol_base(patched)) == 0 &&
	       section_is_writable(orig->section) == section_is_writable(patched->section) &&
	       (section_is_writable(orig->section) || constants_same(orig, patched));
}

/* f.isra.0 that became f.isra.1; a clone of another kind (f.part.0) is another function. */
static void correlate_bases(struct differ *differ, unsigned char type)
{
	for_each_symbol(symbol, differ->patched) {
		struct symbol *orig;

		if (symbol->type != type || !is_candidate(symbol) || symbol->parent)
			continue;
		orig = only_based(differ->orig, symbol_base(symbol), type);
		if (!orig || only_based(differ->patched, symbol_base(symbol), type) != symbol)
			continue;
		if (type == STT_OBJECT && !may_be_twins(orig, symbol))
			continue;
		pair(orig, symbol);
		symbol->is_guessed = type == STT_OBJECT;
	}
}

/* "f.x" and "f.x.3" are variables x of f: how long is what they have in common? 0: not clang's. */
static size_t qualified_length(const struct symbol *symbol)
{
	const char *name = symbol->name, *dot = strchr(name + 1, '.');

	if (!dot || dot[1] == 0 || strspn(dot + 1, "0123456789") > 0)
		return 0;
	dot = strchr(dot + 1, '.');
	return dot ? (size_t)(dot - name) : strlen(name);
}

/* The only candidate for a variable of that name in that function. */
static struct symbol *only_qualified(const struct object *object, const struct symbol *like)
{
	size_t length = qualified_length(like);
	struct symbol *found = NULL;

	for (struct symbol *s = object_first_by_base(object, symbol_base(like)); s;
	     s = s->next_same_base) {
		if (!is_candidate(s) || !symbol_is_numbered(s) || qualified_length(s) != length ||
		    strncmp(s->name, like->name, length) != 0)
			continue;
		if (found)
			return NULL;
		found = s;
	}
	return found;
}

/* clang tells in whose function a variable is. */
static void correlate_qualified(struct differ *differ)
{
	for_each_symbol(symbol, differ->patched) {
		struct symbol *orig;

		if (!is_candidate(symbol) || !symbol_is_numbered(symbol) ||
		    !qualified_length(symbol))
			continue;
		orig = only_qualified(differ->orig, symbol);
		if (orig && only_qualified(differ->patched, symbol) == symbol &&
		    may_be_twins(orig, symbol))
			pair(orig, symbol);
	}
}

/* In two functions (or variables) whose relocations are at the same places, each is its twin's. */
static void correlate_places(const struct symbol *orig, const struct symbol *patched)
{
	const struct section *a = orig->section, *b = patched->section;
	size_t i = section_reloc_index(a, orig->value), j = section_reloc_index(b, patched->value);
	size_t n = section_reloc_index(a, orig->value + orig->size) - i;

	if (orig->size != patched->size ||
	    n != section_reloc_index(b, patched->value + patched->size) - j)
		return;
	for (size_t k = 0; k < n; k++)
		if (a->relocs[i + k].offset - orig->value !=
		    b->relocs[j + k].offset - patched->value)
			return;
	for (size_t k = 0; k < n; k++) {
		struct target ta = reloc_target(&a->relocs[i + k]);
		struct target tb = reloc_target(&b->relocs[j + k]);

		if (ta.symbol && tb.symbol && ta.section && tb.section &&
		    may_be_twins(ta.symbol, tb.symbol))
			pair(ta.symbol, tb.symbol);
	}
}

/* Those of one name that one function uses: more than that are not told apart. */
#define USED_MAX 32

struct used {
	struct symbol *symbols[USED_MAX];
	size_t n;
	bool is_full;
};

static void collect_used(const struct symbol *part, const struct symbol *like, struct used *used)
{
	for_each_reloc(reloc, part->section, part->value, part->value + part->size) {
		struct target target = reloc_target(reloc);
		bool is_seen = false;

		if (!target.symbol || !target.section || !is_candidate(target.symbol) ||
		    !symbol_is_numbered(target.symbol) ||
		    strcmp(symbol_base(target.symbol), symbol_base(like)) != 0 ||
		    section_is_writable(target.section) != section_is_writable(like->section))
			continue;
		for (size_t i = 0; i < used->n; i++)
			is_seen |= used->symbols[i] == target.symbol;
		if (is_seen)
			continue;
		used->is_full = used->n == USED_MAX;
		if (used->is_full)
			return;
		used->symbols[used->n++] = target.symbol;
	}
}

/* The numbered variables of a base that have no twin yet, as a function and its .cold use them. */
static struct used used_by(const struct symbol *symbol, const struct symbol *like)
{
	struct used used = {0};

	collect_used(symbol, like, &used);
	if (symbol->child)
		collect_used(symbol->child, like, &used);
	return used;
}

/* The number that ends a name; 0: none, as of clang's first one. */
static unsigned long number_of(const struct symbol *symbol)
{
	const char *dot = strrchr(symbol->name, '.');

	return dot ? strtoul(dot + 1, NULL, 10) : 0;
}

/*
 * The order in which code uses variables may change, the one in which they were declared, which
 * numbers them, hardly does. Where the two say different things, nothing is known.
 */
static bool is_same_order(const struct used *a, const struct used *b)
{
	for (size_t i = 0; i < a->n; i++)
		for (size_t j = i + 1; j < a->n; j++)
			if ((number_of(a->symbols[i]) < number_of(a->symbols[j])) !=
			    (number_of(b->symbols[i]) < number_of(b->symbols[j])))
				return false;
	return true;
}

/* In functions that changed, as many of one name on both sides are the same in the same order. */
static void correlate_order(const struct symbol *orig, const struct symbol *patched)
{
	const struct symbol *parts[] = {patched, patched->child};

	for (size_t p = 0; p < ARRAY_SIZE(parts) && parts[p]; p++)
		for_each_reloc(reloc, parts[p]->section, parts[p]->value,
			       parts[p]->value + parts[p]->size) {
			struct target target = reloc_target(reloc);
			struct used a, b;

			if (!target.symbol || !target.section || !is_candidate(target.symbol) ||
			    !symbol_is_numbered(target.symbol))
				continue;
			a = used_by(orig, target.symbol);
			b = used_by(patched, target.symbol);
			if (a.n != b.n || a.is_full || b.is_full || !is_same_order(&a, &b))
				continue;
			for (size_t i = 0; i < a.n; i++)
				if (may_be_twins(a.symbols[i], b.symbols[i]))
					pair(a.symbols[i], b.symbols[i]);
		}
}

static void correlate_users(struct differ *differ,
			    void (*correlate_one)(const struct symbol *, const struct symbol *))
{
	for_each_symbol(symbol, differ->patched)
		if (symbol->twin && (symbol_is_function(symbol) || symbol_is_data(symbol)))
			correlate_one(symbol->twin, symbol);
}

void correlate(struct differ *differ)
{
	correlate_clones(differ);
	correlate_names(differ);
	correlate_bases(differ, STT_FUNC);
	correlate_cold(differ);
	correlate_users(differ, correlate_places);
	correlate_users(differ, correlate_places);
	correlate_users(differ, correlate_order);
	correlate_qualified(differ);
	/* One that moved to another function, or is only reached through what was paired last. */
	correlate_bases(differ, STT_OBJECT);
	correlate_users(differ, correlate_places);
}
