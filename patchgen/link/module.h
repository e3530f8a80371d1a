/* SPDX-License-Identifier: GPL-2.0 */
/* From patch objects to the patch module of kmend/patch.h. */
#ifndef PATCHGEN_MODULE_H
#define PATCHGEN_MODULE_H

#include <kmend/patch.h>

#include "../compile/tree.h"

struct module_parts {
	const struct tree *tree;
	const struct compiled *compiled; /* any of the objects: its command preprocesses headers */
	const char *name, *version; /* the manifest's */
	const char *build_id;
	char *const *replaces, *const *stacks_on; /* the manifest's; NULL-terminated, may be NULL */
	const char *manifest;
	size_t manifest_size;
	char *const *objects; /* patch objects; NULL-terminated */
	char *const *namespaces; /* of exported symbols; NULL-terminated, may be NULL */
	const struct kmend_object *targets; /* modules that it changes, or uses symbols of */
	size_t n_targets;
	const char *symvers; /* of a module that is not the kernel's own; NULL: there is none */
	const char *folder; /* scratch, empty, private to this call */
};

struct module_result {
	char *path; /* in the scratch folder */
	size_t n_klp; /* relocations that the kernel's loader does not apply by itself */
};

/*
 * Link the module with the kernel's own kbuild; the same input gives the same bytes.
 * Returns 0, -EINVAL or -ENOEXEC (KM315, KM319), or another negative errno.
 */
int module_link(const struct module_parts *parts, struct diag_list *diags,
		struct module_result *ret);
void module_result_done(struct module_result *result);

#endif
