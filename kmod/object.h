/* SPDX-License-Identifier: GPL-2.0 */
/* vmlinux and the modules that a patch is about. All of this needs kmend_lock once it is registered. */
#ifndef KMEND_OBJECT_H
#define KMEND_OBJECT_H

#include "registry.h"

/* Does it come and go while the patch stays? */
bool object_is_late(const struct object *object);

struct object *patch_find_object(struct patch *patch, const char *name);

/*
 * Complete the patch's code for a module that has come, and find the functions there. Returns 0, or
 * a negative errno with nothing changed and the reason said.
 */
int object_prepare(struct patch *patch, struct object *object);

/* Undo that; nothing of it is live any more. */
void object_retire(struct patch *patch, struct object *object);

/* Change its state and wake those who poll it. */
void object_set_state(struct object *object, enum object_state state);

/* The old code of all that is there, and all code of the patch module. */
void patch_update_ranges(struct patch *patch);

/* Let go of the modules that it holds. */
void object_free(struct object *object);

#endif
