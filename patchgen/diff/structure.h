/* SPDX-License-Identifier: GPL-2.0 */
/* The layout of one structure or union, as debug information tells it, and how two differ. */
#ifndef PATCHGEN_STRUCTURE_H
#define PATCHGEN_STRUCTURE_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stdint.h>

#include "../../lib/cleanup.h"

struct member {
	char *name; /* with those it is nested in: "key.tuple.src"; "" for unnamed bits */
	uint64_t offset, size; /* in bits */
	bool is_inner; /* within an array's element: its place is the array's, too */
};

struct structure {
	struct member *members;
	size_t n, allocated;
	uint64_t size; /* in bytes */
};

/*
 * Unnamed structures within are taken apart, named ones are one member. Returns 0 or -ENOMEM.
 * What a damaged DIE has beyond a sane depth or number of members is left out.
 */
int structure_read(Dwarf_Die *die, struct structure *ret);
void structure_done(struct structure *structure);

enum structure_change {
	STRUCTURE_SAME, /* or a member of the same place has another name or type */
	STRUCTURE_FILLED, /* new members where there was nothing, or on the place of others */
	STRUCTURE_MOVED, /* members moved, or changed their size */
	STRUCTURE_OTHER, /* that, and there are new members or some are gone: it is the cause */
};

struct structure_difference {
	enum structure_change change;
	const struct member *added; /* the first new member; NULL: none */
	const struct member *from, *to; /* the first that moved; NULL: none */
	const struct member *gone; /* the first that is no more; NULL: none */
	const struct member *replaced; /* gone, and a new one takes part of its place */
};

/* The pointers are into from and to. */
void structure_compare(const struct structure *from, const struct structure *to,
		       struct structure_difference *ret);

/*
 * Bytes that no member has and a new one of this size could take without moving any other: their
 * offset, and the member before them.
 */
bool structure_find_room(const struct structure *structure, uint64_t bits, uint64_t *ret_offset,
			 const struct member **ret_after);

/* Whether a DIE is of a structure or union, and defines it. */
bool die_is_structure(Dwarf_Die *die);

/* The type of a DIE without qualifiers, arrays and, if asked, pointers and names given by typedef. */
bool die_bare_type(Dwarf_Die *die, bool through_all, Dwarf_Die *ret);

/* An attribute that is a number, 0 where there is none. */
uint64_t die_number(Dwarf_Die *die, unsigned attribute);

#endif
