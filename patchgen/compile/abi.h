/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kmend/patch.h and kmend/author.h as they are when patchgen is built: patches are compiled with
 * that very text.
 */
#ifndef PATCHGEN_ABI_H
#define PATCHGEN_ABI_H

#include "tree.h"

/* To FOLDER/kmend/. */
int abi_write_headers(const char *folder);

/*
 * Write the lines of Module.symvers for the functions that the core exports: the checksums of
 * their prototypes, as this kernel's genksyms computes them. Returns 0, or -EINVAL with KM315.
 */
int abi_write_symvers(const struct tree *tree, const struct compiled *compiled, const char *folder,
		      const char *path, struct diag_list *diags);

#endif
