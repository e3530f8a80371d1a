/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A header's text as the things that it declares: each macro, function, type and variable with
 * its names, and its text as the compiler sees it, under the conditions that it stands under.
 */
#ifndef PATCHGEN_DECLARATIONS_H
#define PATCHGEN_DECLARATIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "../../lib/cleanup.h"

struct declaration {
	char *text; /* without comments, blanks squeezed; conditions first */
	char **names; /* NULL-terminated; NULL: not understood */
	bool is_layout; /* members of a struct or union */
	bool is_enum; /* values */
	bool is_prototype; /* of a function that is defined elsewhere */
};

struct declarations {
	struct declaration *items;
	size_t n;
};

/* Returns 0 or -ENOMEM. */
int declarations_parse(const char *text, size_t size, struct declarations *ret);
void declarations_done(struct declarations *declarations);

/* Is there a declaration of exactly this text? */
bool declarations_contain(const struct declarations *declarations, const char *text);
/* Is this one of a declaration's names? */
bool declarations_name(const struct declarations *declarations, const char *name);

/* Does a text use an identifier? */
bool text_mentions(const char *text, size_t size, const char *identifier);
/* As a member: after "." or "->", or alone between commas and parentheses, as macros take it. */
bool text_uses_member(const char *text, size_t size, const char *member);

#endif
