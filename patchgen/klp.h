/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The last step of a patch module: symbols named ".klp.sym.OBJECT.NAME,SYMPOS", which the linker
 * left weak and undefined, become SHN_LIVEPATCH symbols, and the relocations that use them move to
 * sections ".klp.rela.vmlinux.SECTION", which the kernel's module loader applies itself against
 * symbols that are not exported (kernel/livepatch/core.c and Documentation/livepatch/
 * module-elf-format.rst of 6.1).
 */
#ifndef PATCHGEN_KLP_H
#define PATCHGEN_KLP_H

#include <stddef.h>

#include "../lib/diag.h"

#define KLP_SYM_PREFIX  ".klp.sym."
#define KLP_RELA_PREFIX ".klp.rela.vmlinux."

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
