/* SPDX-License-Identifier: GPL-2.0 */
/* A patch module (kmend/patch.h), read from its file without loading it. */
#ifndef KMEND_LIB_MODULE_H
#define KMEND_LIB_MODULE_H

#include <stdbool.h>
#include <stddef.h>

#include <kmend/patch.h>

#include "cleanup.h"

struct diag_list;
struct manifest;

/* A section of relocations that the kernel resolves against symbols it does not export. */
struct patch_klp_section {
	char *name; /* .klp.rela.OBJECT.SECTION */
	size_t n_relocs;
};

struct patch_module {
	char *path;
	char *name; /* the kernel module's, with KMEND_MODULE_PREFIX */
	char *vermagic;
	char *release; /* first word of vermagic */
	char **depends; /* kernel modules */
	unsigned abi; /* KMEND_ABI */
	struct kmend_func *funcs; /* names are terminated; addresses are 0 */
	size_t n_funcs;
	struct kmend_object *objects; /* modules; names and build-ids are terminated */
	size_t n_objects;
	struct kmend_callbacks *callbacks; /* of each C file that has any; names are terminated */
	size_t n_callbacks;
	struct patch_klp_section *klp;
	size_t n_klp;
	char *manifest_text; /* terminated; manifest_size does not count that */
	size_t manifest_size;
	struct manifest *manifest;
};

#define PATCH_MODULE_MAX  (64UL * 1024 * 1024) /* bytes of file, at most */
#define PATCH_FUNCS_MAX   65536
#define PATCH_FILES_MAX   65536 /* that have callbacks */
#define PATCH_OBJECTS_MAX 4096

/*
 * Read and check a patch module; hostile files are expected. What is wrong is diagnosed as KM401
 * to KM406 (KM11x within the manifest, KM102 when the file cannot be read).
 * Returns 0, -ENOEXEC (diagnosed), or another negative errno.
 */
int patch_module_open(const char *path, struct diag_list *diags, struct patch_module **ret);

/* As patch_module_open(), from memory; path is only named in diagnostics. */
int patch_module_parse(const void *image, size_t size, const char *path, struct diag_list *diags,
		       struct patch_module **ret);

/* What the patch says of a module that it changes or uses; NULL: nothing, as of "vmlinux". */
const struct kmend_object *patch_module_object(const struct patch_module *module, const char *name);

/* "pre_apply" and its like, for KMEND_EVENT_*. */
const char *patch_event_name(unsigned event);

void patch_module_free(struct patch_module *module);

DEFINE_CLEANUP(struct patch_module *, patch_module_free)
#define _cleanup_patch_module_ _cleanup_(patch_module_freep)

#endif
