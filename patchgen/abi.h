/* SPDX-License-Identifier: GPL-2.0 */
/* kmend/patch.h as it is when patchgen is built: patch modules are compiled with that very text. */
#ifndef PATCHGEN_ABI_H
#define PATCHGEN_ABI_H

#include "tree.h"

int abi_write_header(const char *folder);

/*
 * Write the lines of Module.symvers for the functions that the core exports: the checksums of
 * their prototypes, as this kernel's genksyms computes them. Returns 0, or -EINVAL with KM315.
 */
int abi_write_symvers(const struct tree *tree, const struct compiled *compiled, const char *folder,
		      const char *path, struct diag_list *diags);

#endif
