/* SPDX-License-Identifier: GPL-2.0 */
/* What code has to name to notice that a type is declared anew: members and enumerators. */
#ifndef PATCHGEN_REDECLARED_H
#define PATCHGEN_REDECLARED_H

#include "declarations.h"

/*
 * Members of two declarations of a structure or union that are not the same in both, or that came
 * or went; found by their text. Appended to members. Returns 0 or -ENOMEM.
 */
int redeclared_members(const char *from, const char *to, char ***members);

/* Members of one whose own declaration names something. */
int redeclared_members_with(const char *text, const char *name, char ***members);

/* Enumerators whose value may not be the same in both. */
int redeclared_enumerators(const char *from, const char *to, char ***names);

#endif
