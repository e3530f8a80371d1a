/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Structures of one C file that live on the stack only. Whoever has one there is a function of
 * that file: where the structure's layout changes, so does the function, and it is not
 * redirected while a task is inside. No object of the old layout meets new code.
 */
#ifndef PATCHGEN_CONFINED_H
#define PATCHGEN_CONFINED_H

#include <stdbool.h>

struct differ;

/*
 * By debug information (variables, members, parameters), and by the source text where that is at
 * hand (sizes taken and casts, by which memory of another kind could be used); in doubt it is
 * not. tag: DW_TAG_structure_type or _union_type. Returns 0 or -ENOMEM.
 */
int structure_is_confined(struct differ *differ, const char *name, int tag, bool *ret);

#endif
