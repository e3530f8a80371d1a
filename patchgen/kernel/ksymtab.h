/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a kernel image exports, as its own tables have it (__ksymtab and __kcrctab, and those for
 * modules under the GPL): the checksums that the module loader compares with a module's.
 */
#ifndef PATCHGEN_KSYMTAB_H
#define PATCHGEN_KSYMTAB_H

#include "image.h"
#include "symvers.h"

struct ksymtab;

/*
 * list is what Module.symvers says; ret is NULL where the image's tables are none that can be read,
 * or none of their checksums is as in the list, since their form is then another one (offsets, up
 * to Linux 5.18). Returns 0 or -ENOMEM.
 */
int ksymtab_open(const struct image *image, const struct symvers *list, struct ksymtab **ret);
void ksymtab_free(struct ksymtab *table);

/* The checksum of an export; false where the image does not have it. */
bool ksymtab_find(const struct ksymtab *table, const char *name, uint32_t *ret_crc);

#endif
