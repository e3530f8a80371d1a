/* SPDX-License-Identifier: GPL-2.0 */
/* What a patched file needs to be compiled with kmend/author.h. */
#ifndef PATCHGEN_AUTHOR_H
#define PATCHGEN_AUTHOR_H

/* Put the headers into the scratch folder (TREE_AUTHOR); *ret_options are for the compiler. */
int author_prepare(const char *scratch, const char *patch, char **ret_options);

#endif
