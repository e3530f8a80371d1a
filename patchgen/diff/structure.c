// SPDX-License-Identifier: GPL-2.0
#include "structure.h"

#include <dwarf.h>
#include <string.h>

#include "../base/files.h"

#define DEPTH_MAX   16
#define MEMBERS_MAX 8192
#define TYPES_MAX   32 /* types that are made of one another */

struct place {
	const char *prefix;
	uint64_t offset; /* in bits */
	unsigned depth;
	bool is_inner;
};

uint64_t die_number(Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute attribute;
	Dwarf_Word value = 0;

	if (dwarf_attr(die, name, &attribute))
		dwarf_formudata(&attribute, &value);
	return value;
}

static bool is_aggregate(Dwarf_Die *die)
{
	int tag = dwarf_tag(die);

	return tag == DW_TAG_structure_type || tag == DW_TAG_union_type;
}

bool die_is_structure(Dwarf_Die *die)
{
	return is_aggregate(die) && !dwarf_hasattr(die, DW_AT_declaration);
}

static bool is_passed(int tag, bool through_all)
{
	if (tag == DW_TAG_pointer_type || tag == DW_TAG_typedef)
		return through_all;
	return tag == DW_TAG_const_type || tag == DW_TAG_volatile_type ||
	       tag == DW_TAG_restrict_type || tag == DW_TAG_atomic_type || tag == DW_TAG_array_type;
}

bool die_bare_type(Dwarf_Die *die, bool through_all, Dwarf_Die *ret)
{
	Dwarf_Die type = *die;

	for (unsigned i = 0; i < TYPES_MAX; i++) {
		Dwarf_Attribute attribute;
		Dwarf_Die next;

		if (!dwarf_attr(&type, DW_AT_type, &attribute) ||
		    !dwarf_formref_die(&attribute, &next))
			return false;
		type = next;
		if (!is_passed(dwarf_tag(&type), through_all)) {
			*ret = type;
			return true;
		}
	}
	return false;
}

static uint64_t type_bits(Dwarf_Die *member)
{
	Dwarf_Attribute attribute;
	Dwarf_Word size = 0;
	Dwarf_Die type;

	if (!dwarf_attr(member, DW_AT_type, &attribute) || !dwarf_formref_die(&attribute, &type) ||
	    dwarf_aggregate_size(&type, &size) != 0)
		return 0;
	return size * 8;
}

/* DWARF 5 counts bits from the structure's start, DWARF 4 from the end of the storage unit. */
static uint64_t place_in_bits(Dwarf_Die *die)
{
	uint64_t offset = die_number(die, DW_AT_data_member_location) * 8;

	if (dwarf_hasattr(die, DW_AT_data_bit_offset))
		return die_number(die, DW_AT_data_bit_offset);
	if (dwarf_hasattr(die, DW_AT_bit_offset))
		offset += type_bits(die) - die_number(die, DW_AT_bit_offset) -
			  die_number(die, DW_AT_bit_size);
	return offset;
}

static int add_member(struct structure *structure, char *name, const struct place *place,
		      uint64_t size)
{
	if (structure->n == structure->allocated) {
		size_t n = structure->allocated ? structure->allocated * 2 : 32;
		struct member *members = reallocarray(structure->members, n, sizeof(*members));

		if (!members)
			return -ENOMEM;
		structure->members = members;
		structure->allocated = n;
	}
	structure->members[structure->n++] = (struct member){
		.name = name,
		.offset = place->offset,
		.size = size,
		.is_inner = place->is_inner,
	};
	return 0;
}

static int read_members(Dwarf_Die *die, const struct place *place, struct structure *structure);

/* An unnamed structure has its members in place of itself, or in addition where it has a name. */
static int read_nested(Dwarf_Die *type, const char *name, const struct place *place, bool is_array,
		       struct structure *structure)
{
	_cleanup_free_ char *prefix = NULL;
	struct place nested = *place;
	int r;

	r = string_format(&prefix, "%s%s", name, *name ? (is_array ? "[]." : ".") : "");
	if (r < 0)
		return r;
	nested.prefix = prefix;
	nested.depth++;
	nested.is_inner |= is_array;
	return read_members(type, &nested, structure);
}

static int read_member(Dwarf_Die *die, const struct place *outer, struct structure *structure)
{
	bool has_bits = dwarf_hasattr(die, DW_AT_bit_size), is_array, is_unnamed;
	_cleanup_free_ char *name = NULL;
	const char *own = dwarf_diename(die);
	struct place place = *outer;
	Dwarf_Attribute attribute;
	Dwarf_Die type, direct;
	int r;

	place.offset += place_in_bits(die);
	r = string_format(&name, "%s%s", own ? outer->prefix : "", own ?: "");
	if (r < 0)
		return r;
	is_unnamed = die_bare_type(die, /* through_all= */ false, &type) && is_aggregate(&type) &&
		     !dwarf_diename(&type) && outer->depth < DEPTH_MAX;
	is_array = dwarf_attr(die, DW_AT_type, &attribute) &&
		   dwarf_formref_die(&attribute, &direct) &&
		   dwarf_tag(&direct) == DW_TAG_array_type;
	if (is_unnamed)
		r = read_nested(&type, own ? name : outer->prefix, &place, is_array, structure);
	if (r < 0 || (is_unnamed && !is_array))
		return r;
	r = add_member(structure, name, &place,
		       has_bits ? die_number(die, DW_AT_bit_size) : type_bits(die));
	if (r == 0)
		TAKE_PTR(name);
	return r;
}

static int read_members(Dwarf_Die *die, const struct place *place, struct structure *structure)
{
	Dwarf_Die child;
	int r = 0;

	if (dwarf_child(die, &child) != 0)
		return 0;
	do {
		if (dwarf_tag(&child) == DW_TAG_member)
			r = read_member(&child, place, structure);
	} while (r == 0 && structure->n < MEMBERS_MAX && dwarf_siblingof(&child, &child) == 0);
	return r;
}

int structure_read(Dwarf_Die *die, struct structure *ret)
{
	struct structure structure = {.size = die_number(die, DW_AT_byte_size)};
	const struct place place = {.prefix = ""};
	int r = read_members(die, &place, &structure);

	if (r < 0) {
		structure_done(&structure);
		return r;
	}
	*ret = structure;
	return 0;
}

void structure_done(struct structure *structure)
{
	for (size_t i = 0; i < structure->n; i++)
		free(structure->members[i].name);
	free(structure->members);
	*structure = (struct structure){0};
}

static bool same_place(const struct member *a, const struct member *b)
{
	return a->offset == b->offset && a->size == b->size;
}

static bool overlap(const struct member *a, const struct member *b)
{
	return a->offset < b->offset + b->size && b->offset < a->offset + a->size;
}

/* Members mostly keep their order: begin where the last one was found. */
static const struct member *find_member(const struct structure *structure,
					const struct member *member, size_t *hint)
{
	for (size_t k = 0; *member->name && k < structure->n; k++) {
		size_t i = (*hint + k) % structure->n;

		if (strcmp(structure->members[i].name, member->name) == 0) {
			*hint = i + 1;
			return &structure->members[i];
		}
	}
	return NULL;
}

static const struct member *find_place(const struct structure *structure,
				       const struct member *member)
{
	for (size_t i = 0; i < structure->n; i++)
		if (same_place(&structure->members[i], member))
			return &structure->members[i];
	return NULL;
}

/* Another name for a member of the same place: one that is no more, not one that is beside it. */
static bool is_renamed(const struct structure *from, const struct structure *to,
		       const struct member *added)
{
	size_t hint = 0;

	for (size_t i = 0; i < from->n; i++)
		if (same_place(&from->members[i], added) &&
		    !find_member(to, &from->members[i], &hint))
			return true;
	return false;
}

/* It has no successor of another name: what is in its place now, if anything, was elsewhere. */
static bool is_gone(const struct structure *from, const struct structure *to,
		    const struct member *member)
{
	size_t hint = 0;

	if (find_member(to, member, &hint))
		return false;
	for (size_t i = 0; i < to->n; i++)
		if (same_place(&to->members[i], member) &&
		    !find_member(from, &to->members[i], &hint))
			return false;
	return true;
}

/* A new member: in a hole, beside another in a union, or on parts of what was there. */
static void place_added(const struct structure *from, const struct structure *to,
			const struct member *added, struct structure_difference *difference)
{
	if (is_renamed(from, to, added))
		return;
	for (size_t i = 0; i < from->n; i++) {
		const struct member *old = &from->members[i];

		if (!added->is_inner && !old->is_inner && overlap(added, old) &&
		    !find_place(to, old))
			difference->replaced = difference->replaced ?: old;
	}
	difference->added = difference->added ?: added;
}

void structure_compare(const struct structure *from, const struct structure *to,
		       struct structure_difference *ret)
{
	struct structure_difference difference = {0};
	size_t hint = 0;
	bool is_moved;

	for (size_t i = 0; i < to->n; i++) {
		const struct member *b = &to->members[i], *a = find_member(from, b, &hint);

		if (!a) {
			place_added(from, to, b, &difference);
		} else if (!same_place(a, b) && !difference.from) {
			difference.from = a;
			difference.to = b;
		}
	}
	for (size_t i = 0; i < from->n && !difference.gone; i++)
		if (is_gone(from, to, &from->members[i]))
			difference.gone = &from->members[i];
	is_moved = difference.from || difference.replaced || from->size != to->size;
	if (!is_moved)
		difference.change = difference.added ? STRUCTURE_FILLED : STRUCTURE_SAME;
	else if (difference.added || difference.gone)
		difference.change = STRUCTURE_OTHER;
	else
		difference.change = STRUCTURE_MOVED;
	*ret = difference;
}

static bool is_free(const struct structure *structure, const struct member *wanted)
{
	if (wanted->offset + wanted->size > structure->size * 8)
		return false;
	for (size_t i = 0; i < structure->n; i++)
		if (overlap(&structure->members[i], wanted))
			return false;
	return true;
}

bool structure_find_room(const struct structure *structure, uint64_t bits, uint64_t *ret_offset,
			 const struct member **ret_after)
{
	/* As C aligns a member of its size, or at most. */
	uint64_t alignment = bits == 8 || bits == 16 || bits == 32 ? bits : 64;

	for (size_t i = 0; bits > 0 && bits % 8 == 0 && i < structure->n; i++) {
		const struct member *after = &structure->members[i];
		uint64_t end = after->offset + after->size;
		const struct member wanted = {
			.offset = (end + alignment - 1) / alignment * alignment,
			.size = bits,
		};

		/* An array's element is there many times; what has no name cannot be told. */
		if (after->is_inner || !*after->name || after->size == 0 ||
		    !is_free(structure, &wanted))
			continue;
		*ret_offset = wanted.offset / 8;
		*ret_after = after;
		return true;
	}
	return false;
}
