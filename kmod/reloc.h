/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The relocations of a patch module against one that comes later: its sections .klp.rela.OBJECT.*,
 * which the kernel's loader leaves alone. Both need kmend_lock.
 */
#ifndef KMEND_RELOC_H
#define KMEND_RELOC_H

struct object;
struct patch;

/*
 * Apply those against an object whose module is there. Other modules that they name are held until
 * reloc_clear(). Returns 0, or a negative errno with nothing changed and the reason said.
 */
int reloc_apply(struct patch *patch, struct object *object);

/* Make the places empty again, as the module goes, and let go of the others. */
void reloc_clear(struct patch *patch, struct object *object);

#endif
