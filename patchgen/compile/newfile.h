/* SPDX-License-Identifier: GPL-2.0 */
/*
 * C files that a patch adds to a folder's Makefile. There is no original to compare them with: all
 * in them is new code. They are compiled as a neighbour is, a C file that the patch changes and
 * that the Makefile takes for the same: the kernel, or one module.
 */
#ifndef PATCHGEN_NEWFILE_H
#define PATCHGEN_NEWFILE_H

#include <stdbool.h>
#include <stddef.h>

struct compiled;
struct diag_list;
struct tree;

/*
 * Whether a Makefile's change only adds objects of new C files. added: their paths, NULL-terminated.
 * Returns 1, 0, or -ENOMEM.
 */
int newfile_explains(const char *makefile, const char *patched, char *const *added);

/*
 * Whether the Makefile takes two objects ("x.o") for the same: the kernel, or one module made of
 * several objects. config is the text of the kernel's .config. Returns 1, 0, or -ENOMEM.
 */
int newfile_same_owner(const char *makefile, const char *config, const char *object,
		       const char *other);

/*
 * Compile an empty file as the neighbour was: it is the original of source, of which *ret has the
 * command. Returns 0, or a negative errno with the reason in diags.
 */
int newfile_compile(const struct tree *tree, const struct compiled *neighbour, const char *source,
		    struct diag_list *diags, struct compiled *ret);

/* Whether one object (by its path) refers to a symbol that the other defines. 1, 0 or errno. */
int newfile_is_used_by(const char *object, const char *user, struct diag_list *diags);

#endif
