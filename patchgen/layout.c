// SPDX-License-Identifier: GPL-2.0
/*
 * Structures whose layout a change moves. New code would look for members where the objects that
 * the running kernel has allocated, and the code that stays, do not have them.
 */
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <string.h>

#include "differ.h"

#define DEPTH_MAX  16
#define REPORT_MAX 8

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

static bool is_structure(Dwarf_Die *die)
{
	int tag = dwarf_tag(die);

	return (tag == DW_TAG_structure_type || tag == DW_TAG_union_type) && dwarf_diename(die) &&
	       !dwarf_hasattr(die, DW_AT_declaration);
}

static int add_type(struct types *types, Dwarf_Die *die)
{
	if (types->n == types->allocated) {
		size_t n = types->allocated ? types->allocated * 2 : 256;
		struct type *items = reallocarray(types->items, n, sizeof(*items));

		if (!items)
			return -ENOMEM;
		types->items = items;
		types->allocated = n;
	}
	types->items[types->n++] = (struct type){
		.name = dwarf_diename(die),
		.tag = dwarf_tag(die),
		.die = *die,
	};
	return 0;
}

static int collect_unit(Dwarf_Die *unit, struct types *types)
{
	Dwarf_Die die;
	int r;

	if (dwarf_child(unit, &die) != 0)
		return 0;
	do {
		r = is_structure(&die) ? add_type(types, &die) : 0;
	} while (r == 0 && dwarf_siblingof(&die, &die) == 0);
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

static Dwarf_Word number(Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute attribute;
	Dwarf_Word value = 0;

	if (dwarf_attr(die, name, &attribute))
		dwarf_formudata(&attribute, &value);
	return value;
}

static Dwarf_Word type_size(Dwarf_Die *member, Dwarf_Die *ret_type)
{
	Dwarf_Attribute attribute;
	Dwarf_Word size = 0;

	if (!dwarf_attr(member, DW_AT_type, &attribute) ||
	    !dwarf_formref_die(&attribute, ret_type) || dwarf_aggregate_size(ret_type, &size) != 0)
		return 0;
	return size;
}

static bool next_member(Dwarf_Die *die, bool *is_first, Dwarf_Die *structure)
{
	int r = *is_first ? dwarf_child(structure, die) : dwarf_siblingof(die, die);

	*is_first = false;
	while (r == 0 && dwarf_tag(die) != DW_TAG_member)
		r = dwarf_siblingof(die, die);
	return r == 0;
}

enum difference { SAME, MOVED, OTHER_MEMBERS };

static enum difference compare_structures(Dwarf_Die *a, Dwarf_Die *b, unsigned depth,
					  const char **ret_member);

/* A renamed member of the same place and size is no difference in layout. */
static enum difference compare_members(Dwarf_Die *a, Dwarf_Die *b, unsigned depth,
				       const char **ret_member)
{
	static const unsigned places[] = {DW_AT_data_member_location, DW_AT_data_bit_offset,
					  DW_AT_bit_size};
	Dwarf_Die type_a, type_b;

	*ret_member = dwarf_diename(b) ?: "an unnamed member";
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (number(a, places[i]) != number(b, places[i]))
			return MOVED;
	if (type_size(a, &type_a) != type_size(b, &type_b))
		return MOVED;
	if (!dwarf_diename(a) && !dwarf_diename(b) && depth < DEPTH_MAX)
		return compare_structures(&type_a, &type_b, depth + 1, ret_member);
	return SAME;
}

static enum difference compare_structures(Dwarf_Die *a, Dwarf_Die *b, unsigned depth,
					  const char **ret_member)
{
	bool is_first_a = true, is_first_b = true;
	Dwarf_Die member_a, member_b;

	for (;;) {
		bool has_a = next_member(&member_a, &is_first_a, a);
		bool has_b = next_member(&member_b, &is_first_b, b);
		enum difference difference;

		if (!has_a && !has_b)
			return SAME;
		if (!has_a || !has_b) {
			*ret_member = dwarf_diename(has_b ? &member_b : &member_a) ?:
					      "an unnamed member";
			return OTHER_MEMBERS;
		}
		difference = compare_members(&member_a, &member_b, depth, ret_member);
		if (difference == SAME)
			continue;
		if (!dwarf_diename(&member_a) || !dwarf_diename(&member_b) ||
		    strcmp(dwarf_diename(&member_a), dwarf_diename(&member_b)) != 0)
			return OTHER_MEMBERS;
		return difference;
	}
}

struct moved {
	const struct type *orig, *patched;
	const char *member;
	enum difference difference;
};

static void report(struct differ *differ, const struct moved *moved)
{
	const struct type *type = moved->patched;
	Dwarf_Die orig = moved->orig->die, patched = type->die;
	const char *file = dwarf_decl_file(&patched);
	struct diag_where where = {.symbol = type->name, .file = file ?: differ->options->source};
	int line;

	if (file && dwarf_decl_line(&patched, &line) == 0 && line > 0)
		where.line = line;
	diag_add(&differ->result->diags, KM228, DIAG_REFUSAL, 0, &where,
		 "the layout of %s %s changes, first at %s (size %llu to %llu bytes)",
		 type->tag == DW_TAG_union_type ? "union" : "struct", type->name,
		 moved->member ?: "its end", (unsigned long long)number(&orig, DW_AT_byte_size),
		 (unsigned long long)number(&patched, DW_AT_byte_size));
}

/* Those that others only contain are not told: one cause is enough. */
static void judge_types(struct differ *differ, const struct types *orig,
			const struct types *patched)
{
	struct moved moved[REPORT_MAX];
	bool has_cause = false;
	size_t n = 0;

	for (size_t i = 0; i < patched->n && n < REPORT_MAX; i++) {
		struct type *b = &patched->items[i];
		struct type *a = orig->n ? bsearch(b, orig->items, orig->n, sizeof(*b), by_name) :
					   NULL;
		struct moved m = {.orig = a, .patched = b};

		if (!a)
			continue;
		m.difference = compare_structures(&a->die, &b->die, 0, &m.member);
		if (m.difference == SAME &&
		    number(&a->die, DW_AT_byte_size) == number(&b->die, DW_AT_byte_size))
			continue;
		if (m.difference == SAME)
			m.member = NULL;
		if (m.difference == OTHER_MEMBERS && !has_cause) {
			has_cause = true;
			n = 0;
		}
		if (!has_cause || m.difference == OTHER_MEMBERS)
			moved[n++] = m;
	}
	for (size_t i = 0; i < n; i++)
		report(differ, &moved[i]);
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
		judge_types(differ, &orig, &patched);
	free(orig.items);
	free(patched.items);
	return r;
}
