/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sections that the kernel gives a meaning of its own. One table says what each is, how long its
 * entries are, and what a change of it means.
 */
#ifndef PATCHGEN_SPECIAL_H
#define PATCHGEN_SPECIAL_H

#include "object.h"

enum special_kind {
	SPECIAL_CODE, /* each entry describes a place in code and goes where that goes */
	SPECIAL_BOOT, /* as SPECIAL_CODE, but read when the kernel boots only, never of a module */
	SPECIAL_PAIRED, /* the second half of the entries of another section */
	SPECIAL_STATIC, /* holds variables that a patch brings its own copy of (ddebug) */
	SPECIAL_ONCE, /* read at boot or load only: entries cannot come, go or change */
	SPECIAL_EXPORT, /* of exported symbols */
	SPECIAL_IGNORED, /* for the build or for reports: no effect on running code */
};

struct special {
	const char *name; /* a pattern as of fnmatch(3): names of a family have a part in common */
	enum special_kind kind;
	const char *what; /* SPECIAL_ONCE: what its entries are, for people */
	const char *pair; /* section with the second half of each entry */
	unsigned min_size; /* of an entry, where it refers to code more than once */
	unsigned padded_size; /* of entries that are aligned as the section is, so the last is shorter */
	bool is_inside; /* the place that an entry describes is never the start of a function */
	bool is_derived; /* from the code alone: need not be compared */
	unsigned line_offset, line_size; /* field that holds a source line number */
};

/* What a section is; NULL: an ordinary section, or not known (section_is_ordinary() tells). */
const struct special *special_of(const char *section);
bool section_is_ordinary(const struct section *section);
/* Whether a patch brings its own copy of the variables in it. */
bool section_is_copied(const struct section *section);

/* Give each section of code the special entries that describe it. */
int special_attach(struct object *object, struct diag_list *diags);

/* A range of a section. */
struct range {
	struct section *section;
	uint64_t from, to;
};

/*
 * How far an unnamed thing (string, constant, code outside functions) extends around the place
 * that a relocation, in entry where that is not NULL, points to. -ENOENT: it cannot be told.
 */
int special_unnamed_range(const struct target *target, const struct entry *entry,
			  struct range *ret);

#endif
