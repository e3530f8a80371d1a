// SPDX-License-Identifier: GPL-2.0
/*
 * Which symbol of the patched object is which of the original. Names decide where they can; a
 * variable whose name carries a number from the compiler is known by the places that refer to it,
 * as the numbers move when another one comes or goes anywhere in the file.
 */
#include <string.h>

#include "differ.h"

static bool is_definition(const struct symbol *symbol)
{
	return symbol->section && (symbol->section->flags & SHF_ALLOC) && symbol->name[0] &&
	       symbol->type != STT_SECTION && symbol->type != STT_FILE &&
	       strncmp(symbol->name, ".L", 2) != 0;
}

/* clang calls a static local "function.variable", gcc "variable.number". */
static const char *local_name(const struct symbol *symbol)
{
	const char *dot = strrchr(symbol_base(symbol), '.');

	return dot ? dot + 1 : symbol_base(symbol);
}

bool symbol_is_copied(const struct symbol *symbol)
{
	static const char *const names[] = {
		"__func__",       "__FUNCTION__", "__PRETTY_FUNCTION__", "__key",     "_rs",
		"__already_done", "__warned",     "__print_once",        "__pr_once", "__msg",
		"_entry",         "_entry_ptr",
	};
	const char *name;

	if (!symbol_is_data(symbol) || symbol->bind != STB_LOCAL || !symbol->section)
		return false;
	if (symbol->section->special && symbol->section->special->kind == SPECIAL_STATIC)
		return true;
	/* Tables that gcc makes of a switch, and unnamed constants */
	if (!section_is_writable(symbol->section) &&
	    (strcmp(symbol_base(symbol), "CSWTCH") == 0 || strcmp(symbol_base(symbol), "C") == 0))
		return true;
	name = local_name(symbol);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(name, names[i]) == 0)
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

static void correlate_names(struct differ *differ)
{
	for_each_symbol(symbol, differ->patched) {
		struct symbol *orig;

		if (!is_candidate(symbol) || symbol_is_numbered(symbol))
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

		if (symbol->type != type || !is_candidate(symbol))
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

/* The n-th different numbered variable of this base that has no twin yet and that symbol uses. */
static struct symbol *nth_used(const struct symbol *symbol, const struct symbol *like, size_t nth)
{
	struct symbol *seen[32];
	size_t n_seen = 0;

	for_each_reloc(reloc, symbol->section, symbol->value, symbol->value + symbol->size) {
		struct target target = reloc_target(reloc);
		bool is_seen = false;

		if (!target.symbol || !target.section || !is_candidate(target.symbol) ||
		    !symbol_is_numbered(target.symbol) ||
		    strcmp(symbol_base(target.symbol), symbol_base(like)) != 0 ||
		    section_is_writable(target.section) != section_is_writable(like->section))
			continue;
		for (size_t i = 0; i < n_seen; i++)
			is_seen |= seen[i] == target.symbol;
		if (is_seen)
			continue;
		if (n_seen == nth)
			return target.symbol;
		if (n_seen == ARRAY_SIZE(seen))
			return NULL;
		seen[n_seen++] = target.symbol;
	}
	return NULL;
}

static size_t count_used(const struct symbol *symbol, const struct symbol *like)
{
	size_t n = 0;

	while (n < 32 && nth_used(symbol, like, n))
		n++;
	return n;
}

/* In functions that changed, as many of one name on both sides are the same in the same order. */
static void correlate_order(const struct symbol *orig, const struct symbol *patched)
{
	for_each_reloc(reloc, patched->section, patched->value, patched->value + patched->size) {
		struct target target = reloc_target(reloc);
		struct symbol *a[32], *b[32];
		size_t n;

		if (!target.symbol || !target.section || !is_candidate(target.symbol) ||
		    !symbol_is_numbered(target.symbol))
			continue;
		n = count_used(patched, target.symbol);
		if (n == 0 || n >= ARRAY_SIZE(a) || n != count_used(orig, target.symbol))
			continue;
		for (size_t i = 0; i < n; i++) {
			a[i] = nth_used(orig, target.symbol, i);
			b[i] = nth_used(patched, target.symbol, i);
		}
		for (size_t i = 0; i < n; i++)
			if (may_be_twins(a[i], b[i]))
				pair(a[i], b[i]);
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
	correlate_names(differ);
	correlate_bases(differ, STT_FUNC);
	correlate_users(differ, correlate_places);
	correlate_users(differ, correlate_places);
	correlate_users(differ, correlate_order);
	/* One that moved to another function, or is only reached through what was paired last. */
	correlate_bases(differ, STT_OBJECT);
	correlate_users(differ, correlate_places);
}
