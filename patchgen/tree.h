/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Compiling single files of a kernel exactly as its distribution did.
 *
 * The output folder is a copy of the distribution's own build folder and kbuild's tools:
 * configuration and generated headers are the shipped ones and nothing has to be prepared.
 * kbuild compiles the original there; the patched file is compiled by the very command that
 * kbuild then left in its .cmd file, with the overlay in place of the source tree.
 */
#ifndef PATCHGEN_TREE_H
#define PATCHGEN_TREE_H

#include <stdbool.h>

#include "kernel.h"

struct tree {
	const struct kernel *kernel;
	char *output;
	char *compiler; /* as in the kernel's configuration: gcc-12 */
	char *compiler_version; /* first line of its --version */
	char *kernel_compiler; /* the same, of the one that built the kernel; NULL: not known */
	int lock_fd; /* the output folder is one process's at a time */
};

struct compiled {
	char *source; /* relative: kernel/time/namespace.c */
	char *object; /* the original, compiled */
	char *command; /* kbuild's shell command for it */
	char *module; /* module it is part of, or "vmlinux" */
	bool is_module;
};

int tree_open(const struct kernel *kernel, struct diag_list *diags, struct tree **ret);
void tree_free(struct tree *tree);

/* Nothing more will be compiled: others may. */
void tree_unlock(struct tree *tree);

/* Returns 0, -EINVAL (KM307: it does not compile, and why), or another errno. */
int tree_compile_original(struct tree *tree, const char *source, struct diag_list *diags,
			  struct compiled *ret);

/* The same file as it is in the overlay (overlay.h), into another object. KM308 for errors. */
int tree_compile_patched(struct tree *tree, const struct compiled *original, const char *overlay,
			 const char *object, struct diag_list *diags);

void compiled_done(struct compiled *compiled);

/* Is this option y or m in the kernel's configuration? name with CONFIG_. */
bool tree_has_option(const char *config, const char *name);

DEFINE_CLEANUP(struct tree *, tree_free)
#define _cleanup_tree_open_ _cleanup_(tree_freep)

#endif
