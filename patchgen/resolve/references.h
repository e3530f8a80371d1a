/* SPDX-License-Identifier: GPL-2.0 */
/* Who refers to a function, in the kernel image or a module as shipped. */
#ifndef PATCHGEN_REFERENCES_H
#define PATCHGEN_REFERENCES_H

#include "../kernel/shipped.h"

/* Whether the function at a place is one whose references are seen to. */
typedef bool (*is_known_t)(const void *userdata, struct place function);

/*
 * Look for references to a place from anywhere but functions that are known. What only runs at
 * boot does not count, nor do tables that describe code. 1: ret_who names one; 0: there is none;
 * or -ENOMEM. In doubt there is one: the image has no relocations, and what its bytes may mean
 * counts as meant.
 */
int references_find(const struct shipped *shipped, struct place place, is_known_t is_known,
		    const void *userdata, char **ret_who);

#endif
