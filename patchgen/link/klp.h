/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The last step of a patch module: symbols named ".klp.sym.OBJECT.NAME,SYMPOS", which the linker
 * left weak and undefined, become SHN_LIVEPATCH symbols, and one relocation that uses each moves to
 * a section ".klp.rela.vmlinux.SECTION", which makes the kernel's module loader look up the symbol,
 * exported or not (kernel/livepatch/core.c and Documentation/livepatch/module-elf-format.rst of
 * 6.1). Those sections come first, so that all other relocations find the address looked up.
 *
 * Symbols named "MODULE:.klp.sym.OBJECT.NAME,SYMPOS" are for the code of a module that may be
 * loaded later than the patch. They lose what is before the colon, and all relocations against them
 * move to ".klp.rela.MODULE.SECTION", which the kernel's loader passes over; the core applies them.
 */
#ifndef PATCHGEN_KLP_H
#define PATCHGEN_KLP_H

#include <stddef.h>

#include "../../lib/diag.h"

#define KLP_SYM_PREFIX  ".klp.sym."
#define KLP_RELA_PREFIX ".klp.rela."

#define SHN_LIVEPATCH      0xff20
#define SHF_RELA_LIVEPATCH 0x00100000

/*
 * Read the linked module from in and write the finished one to out, which is made or replaced.
 * ret_n is the number of relocations that moved. Returns 0, -ENOEXEC (KM315: in is not a linked
 * module, or a symbol or relocation of it cannot be converted), or another negative errno; out is
 * removed on failure.
 */
int klp_convert(const char *in, const char *out, struct diag_list *diags, size_t *ret_n);

#endif
