// SPDX-License-Identifier: GPL-2.0
/*
 * Structures whose layout a change moves. New code would look for members where the objects that
 * the running kernel has allocated, and the code that stays, do not have them.
 */
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <string.h>

#include "confined.h"
#include "differ.h"
#include "../base/files.h"
#include "structure.h"

#define DEPTH_MAX  16
#define TYPES_MAX  (1024 * 1024)
#define REPORT_MAX 8

/* A structure, union or enumeration; those without a name by the name a typedef gives them. */
struct type {
	const char *name;
	int tag;
	Dwarf_Die die;
};

struct types {
	struct type *items;
	size_t n, allocated;
};

static int by_name(const void *a, const void *b)
{
	const struct type *x = a, *y = b;

	return x->tag != y->tag ? x->tag - y->tag : strcmp(x->name, y->name);
}

static int add_type(struct types *types, const char *name, Dwarf_Die *die)
{
	if (types->n == types->allocated) {
		size_t n = types->allocated ? types->allocated * 2 : 256;
		struct type *items = reallocarray(types->items, n, sizeof(*items));

		if (!items)
			return -ENOMEM;
		types->items = items;
		types->allocated = n;
	}
	types->items[types->n++] = (struct type){.name = name, .tag = dwarf_tag(die), .die = *die};
	return 0;
}

/* An enumeration without a name is known by its first value. */
static const char *name_of(Dwarf_Die *die)
{
	const char *name = dwarf_diename(die);
	Dwarf_Die child;

	if (!name && dwarf_tag(die) == DW_TAG_enumeration_type && dwarf_child(die, &child) == 0)
		name = dwarf_diename(&child);
	return name;
}

static int add_if_type(struct types *types, Dwarf_Die *die)
{
	const char *name = name_of(die);
	Dwarf_Die type;

	if (!name)
		return 0;
	if (die_is_structure(die) || dwarf_tag(die) == DW_TAG_enumeration_type)
		return add_type(types, name, die);
	if (dwarf_tag(die) == DW_TAG_typedef &&
	    die_bare_type(die, /* through_all= */ false, &type) && !dwarf_diename(&type) &&
	    die_is_structure(&type))
		return add_type(types, name, &type);
	return 0;
}

static int collect_unit(Dwarf_Die *unit, struct types *types)
{
	Dwarf_Die die;
	int r;

	if (dwarf_child(unit, &die) != 0)
		return 0;
	do {
		r = add_if_type(types, &die);
	} while (r == 0 && types->n < TYPES_MAX && dwarf_siblingof(&die, &die) == 0);
	return r;
}

static int collect(Dwarf *dwarf, struct types *types)
{
	Dwarf_CU *cu = NULL;
	Dwarf_Die unit;
	int r;

	while (dwarf_get_units(dwarf, cu, &cu, NULL, NULL, &unit, NULL) == 0) {
		r = collect_unit(&unit, types);
		if (r < 0)
			return r;
	}
	if (types->n)
		qsort(types->items, types->n, sizeof(*types->items), by_name);
	return 0;
}

static bool next_member(Dwarf_Die *die, bool *is_first, Dwarf_Die *structure)
{
	int r = *is_first ? dwarf_child(structure, die) : dwarf_siblingof(die, die);

	*is_first = false;
	while (r == 0 && dwarf_tag(die) != DW_TAG_member)
		r = dwarf_siblingof(die, die);
	return r == 0;
}

static bool same_name(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool looks_same(Dwarf_Die *a, Dwarf_Die *b, unsigned depth);

static bool members_look_same(Dwarf_Die *a, Dwarf_Die *b, unsigned depth)
{
	static const unsigned places[] = {DW_AT_data_member_location, DW_AT_data_bit_offset,
					  DW_AT_bit_offset, DW_AT_bit_size};
	Dwarf_Die type_a, type_b;
	Dwarf_Word size_a = 0, size_b = 0;
	Dwarf_Attribute attribute;

	if (!same_name(dwarf_diename(a), dwarf_diename(b)))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (die_number(a, places[i]) != die_number(b, places[i]))
			return false;
	if (!dwarf_attr(a, DW_AT_type, &attribute) || !dwarf_formref_die(&attribute, &type_a) ||
	    !dwarf_attr(b, DW_AT_type, &attribute) || !dwarf_formref_die(&attribute, &type_b))
		return false;
	dwarf_aggregate_size(&type_a, &size_a);
	dwarf_aggregate_size(&type_b, &size_b);
	if (size_a != size_b)
		return false;
	if (!die_bare_type(a, false, &type_a) || !die_bare_type(b, false, &type_b) ||
	    !die_is_structure(&type_a) || !die_is_structure(&type_b) || dwarf_diename(&type_a) ||
	    dwarf_diename(&type_b) || depth >= DEPTH_MAX)
		return true;
	return looks_same(&type_a, &type_b, depth + 1);
}

/* Nearly all structures are: what differs is looked at closely by structure_compare(). */
static bool looks_same(Dwarf_Die *a, Dwarf_Die *b, unsigned depth)
{
	bool is_first_a = true, is_first_b = true;
	Dwarf_Die member_a, member_b;

	if (die_number(a, DW_AT_byte_size) != die_number(b, DW_AT_byte_size))
		return false;
	for (;;) {
		bool has_a = next_member(&member_a, &is_first_a, a);
		bool has_b = next_member(&member_b, &is_first_b, b);

		if (!has_a || !has_b)
			return has_a == has_b;
		if (!members_look_same(&member_a, &member_b, depth))
			return false;
	}
}

/* Two types of one name, and what became of the first. */
struct pair {
	const struct type *orig, *patched;
	struct structure from, to;
	struct structure_difference difference;
};

static void pair_done(struct pair *pair)
{
	structure_done(&pair->from);
	structure_done(&pair->to);
	*pair = (struct pair){0};
}

static const char *member_name(const struct member *member)
{
	return *member->name ? member->name : "an unnamed member";
}

/* What is new, gone and moved, each with the first only: "'x' is new at offset 4, 'y' is gone; " */
static int describe(const struct pair *pair, char **ret)
{
	const struct structure_difference *d = &pair->difference;
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return -ENOMEM;
	if (d->added)
		fprintf(out, "'%s' is new at offset %llu%s", member_name(d->added),
			(unsigned long long)d->added->offset / 8, d->gone || d->from ? ", " : "");
	if (d->gone)
		fprintf(out, "'%s' is gone%s", member_name(d->gone), d->from ? ", " : "");
	if (d->from && d->from->offset != d->to->offset)
		fprintf(out, "'%s' moves from offset %llu to %llu", member_name(d->to),
			(unsigned long long)d->from->offset / 8,
			(unsigned long long)d->to->offset / 8);
	else if (d->from)
		fprintf(out, "'%s' changes its size from %llu to %llu bits", member_name(d->to),
			(unsigned long long)d->from->size, (unsigned long long)d->to->size);
	fputs(d->added || d->gone || d->from ? "; " : "", out);
	if (fclose(out) != 0)
		return -ENOMEM;
	*ret = TAKE_PTR(text);
	return 0;
}

/* How the fix could do without moving anything; *ret is NULL where there is nothing to be said. */
static int advise(const struct pair *pair, char **ret)
{
	const struct member *added = pair->difference.added, *gone = pair->difference.gone, *after;
	_cleanup_free_ char *keep = NULL;
	uint64_t offset;
	int r = 0;

	if (gone)
		r = string_format(&keep, "leave '%s' where it is, though nothing uses it%s",
				  member_name(gone), added ? "; " : "");
	if (r < 0 || (!gone && !added))
		return r;
	if (!added)
		*ret = TAKE_PTR(keep);
	else if (structure_find_room(&pair->from, added->size, &offset, &after))
		r = string_format(ret, "%sput '%s' after '%s': at offset %llu there is room for it",
				  keep ?: "", member_name(added), after->name,
				  (unsigned long long)offset);
	else
		r = string_format(ret,
				  "%skeep '%s' in a shadow variable (KMEND_SHADOW of author.h)",
				  keep ?: "", member_name(added));
	return r;
}

static struct diag_where where_is(struct differ *differ, const struct type *type)
{
	Dwarf_Die die = type->die;
	const char *file = dwarf_decl_file(&die);
	struct diag_where where = {.symbol = type->name, .file = file ?: differ->options->source};
	int line;

	if (file && dwarf_decl_line(&die, &line) == 0 && line > 0)
		where.line = line;
	return where;
}

static const char *kind_of(const struct type *type)
{
	return type->tag == DW_TAG_union_type ? "union" : "struct";
}

static int report(struct differ *differ, const struct pair *pair)
{
	const struct type *type = pair->patched;
	struct diag_where where = where_is(differ, type);
	_cleanup_free_ char *what = NULL, *advice = NULL;
	bool is_confined = false;
	int r;

	r = describe(pair, &what);
	r = r ?: advise(pair, &advice);
	if (r == 0 && pair->difference.change != STRUCTURE_FILLED)
		r = structure_is_confined(differ, type->name, type->tag, &is_confined);
	if (r < 0)
		return r;
	if (pair->difference.change == STRUCTURE_FILLED)
		diag_add_hint(
			&differ->result->diags, KM320, DIAG_WARNING, 0, &where,
			"objects that exist have there what was left when they were allocated",
			"%s %s keeps its layout, but %sits size stays %llu bytes", kind_of(type),
			type->name, what, (unsigned long long)pair->to.size);
	else if (is_confined)
		diag_add_hint(&differ->result->diags, KM320, DIAG_WARNING, 0, &where,
			      "it is only used on the stack of functions of this file",
			      "the layout of %s %s changes: %ssize %llu to %llu bytes",
			      kind_of(type), type->name, what, (unsigned long long)pair->from.size,
			      (unsigned long long)pair->to.size);
	else if (!overrides_answer(differ->overrides, KM228,
				   (const char *const[]){type->name, NULL}, &differ->result->diags))
		diag_add_hint(&differ->result->diags, KM228, DIAG_REFUSAL, 0, &where, advice,
			      "the layout of %s %s changes: %ssize %llu to %llu bytes",
			      kind_of(type), type->name, what, (unsigned long long)pair->from.size,
			      (unsigned long long)pair->to.size);
	return 0;
}

/* Whether an enumerator that is not the last one, which often only counts, changes its value. */
static bool find_changed_value(Dwarf_Die *a, Dwarf_Die *b, const char **ret_name)
{
	Dwarf_Die old, new;

	if (dwarf_child(a, &old) != 0 || dwarf_child(b, &new) != 0)
		return false;
	do {
		const char *name = dwarf_diename(&old);
		Dwarf_Die next;

		if (dwarf_siblingof(&old, &next) != 0)
			return false;
		/* What is new or gone between them is passed over, in the order of both. */
		while (!same_name(dwarf_diename(&new), name))
			if (dwarf_siblingof(&new, &new) != 0)
				return false;
		if (die_number(&old, DW_AT_const_value) != die_number(&new, DW_AT_const_value)) {
			*ret_name = name;
			return true;
		}
		old = next;
	} while (dwarf_siblingof(&new, &new) == 0);
	return false;
}

static void judge_enumeration(struct differ *differ, const struct type *a, const struct type *b)
{
	Dwarf_Die die_a = a->die, die_b = b->die;
	const struct diag_where where = where_is(differ, b);
	const char *name;

	if (find_changed_value(&die_a, &die_b, &name))
		diag_add_hint(
			&differ->result->diags, KM320, DIAG_WARNING, 0, &where,
			"objects that exist hold the old value: the new code must not meet it",
			"the value of '%s' in enum %s changes", name, b->name);
}

struct findings {
	struct pair pairs[REPORT_MAX];
	size_t n;
	bool has_cause;
};

static void drop_findings(struct findings *findings)
{
	while (findings->n > 0)
		pair_done(&findings->pairs[--findings->n]);
}

/* Those that only contain others are not told: one cause is enough. */
static int judge_structure(const struct type *a, const struct type *b, struct findings *findings)
{
	struct pair pair = {.orig = a, .patched = b};
	Dwarf_Die die_a = a->die, die_b = b->die;
	int r;

	if (looks_same(&die_a, &die_b, 0))
		return 0;
	r = structure_read(&die_a, &pair.from);
	r = r ?: structure_read(&die_b, &pair.to);
	if (r == 0)
		structure_compare(&pair.from, &pair.to, &pair.difference);
	if (pair.difference.change == STRUCTURE_OTHER && !findings->has_cause) {
		findings->has_cause = true;
		drop_findings(findings);
	}
	if (r < 0 || pair.difference.change == STRUCTURE_SAME || findings->n == REPORT_MAX ||
	    (pair.difference.change == STRUCTURE_MOVED && findings->has_cause)) {
		pair_done(&pair);
		return r;
	}
	findings->pairs[findings->n++] = pair;
	return 0;
}

static int judge_types(struct differ *differ, const struct types *orig, const struct types *patched)
{
	struct findings findings = {0};
	int r = 0;

	for (size_t i = 0; r == 0 && i < patched->n; i++) {
		struct type *b = &patched->items[i];
		struct type *a = orig->n ? bsearch(b, orig->items, orig->n, sizeof(*b), by_name) :
					   NULL;

		if (a && b->tag == DW_TAG_enumeration_type)
			judge_enumeration(differ, a, b);
		else if (a)
			r = judge_structure(a, b, &findings);
	}
	for (size_t i = 0; r == 0 && i < findings.n; i++)
		r = report(differ, &findings.pairs[i]);
	drop_findings(&findings);
	return r;
}

int judge_layouts(struct differ *differ)
{
	struct types orig = {0}, patched = {0};
	Dwarf *a, *b;
	int r = 0;

	if (object_dwarf(differ->orig, &a) < 0 || object_dwarf(differ->patched, &b) < 0) {
		struct diag_where where = {.file = differ->patched->path};

		diag_add(&differ->result->diags, KM229, DIAG_NOTE, 0, &where,
			 "no debug information: layouts of structures were not compared");
		return 0;
	}
	r = collect(a, &orig);
	if (r == 0)
		r = collect(b, &patched);
	if (r == 0)
		r = judge_types(differ, &orig, &patched);
	free(orig.items);
	free(patched.items);
	return r;
}
