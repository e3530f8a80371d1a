/* SPDX-License-Identifier: GPL-2.0 */
/* A patch's manifest (kmend/manifest.h has the keys): read, checked and written. */
#ifndef KMEND_LIB_MANIFEST_H
#define KMEND_LIB_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>

#include <kmend/manifest.h>

#include "cleanup.h"

struct diag_list;
struct json_object;

struct manifest_module {
	char *name;
	char *build_id;
	char *load; /* "late", "first"; NULL in those of older patches: first */
	char *why; /* NULL, or why it has to be loaded first */
};

/* Something that patchgen would have refused or applied, and the author decided. */
struct manifest_override {
	char *code; /* KMnnn */
	char *symbol; /* or a section's name */
	char *reason;
};

/* Absent keys are NULL. Lists are terminated by NULL. */
struct manifest {
	char *format;
	char *name;
	char *version;
	char *summary;
	char *author;
	char *risk;
	char **fixes;
	char **references;
	char **depends;
	char **conflicts;
	char **replaces;
	char **stacks_on;
	char *late; /* "allow", "require", "never" */
	char *late_conflict; /* "refuse", "unpatched" */
	char **patch;
	struct manifest_override *overrides;
	size_t n_overrides;

	char *kernel_release;
	char *kernel_arch;
	char *kernel_build_id;
	struct manifest_module *modules;
	size_t n_modules;
	char *build_patchgen;
	char *build_compiler;
	char *build_source;
	char *build_patch_sha256;
	char *build_verify;
	char **build_verified;
	char **build_unproven;
};

/*
 * Parse YAML text; file is only named in diagnostics, which are KM110 to KM113 with the line. All
 * the manifest's errors are collected, not only the first.
 * Returns 0, -EINVAL (diagnosed), or -ENOMEM.
 */
int manifest_parse(const char *text, size_t size, const char *file, struct diag_list *diags,
		   struct manifest **ret);

/* As manifest_parse(), from a file; KM102 when it cannot be read. */
int manifest_read(const char *path, struct diag_list *diags, struct manifest **ret);

/*
 * The YAML text of a manifest, the same for the same content, without the author's "patch" key.
 * Returns 0, -EINVAL when a required key is NULL, or -ENOMEM. The caller frees *ret, which is
 * terminated by a NUL byte that *ret_size does not count.
 */
int manifest_write(const struct manifest *manifest, char **ret, size_t *ret_size);

/* An object of the same keys; NULL when out of memory. The caller owns it. */
struct json_object *manifest_to_json(const struct manifest *manifest);

/* Every value is checked as manifest_parse() does. Returns 0, -EBADMSG, or -ENOMEM. */
int manifest_from_json(struct json_object *object, struct manifest **ret);

/* Was it completed by patchgen, so that it says what kernel the patch is for? */
bool manifest_is_built(const struct manifest *manifest);

void manifest_free(struct manifest *manifest);

/* Forget the modules, or the overrides. */
void manifest_clear_modules(struct manifest *manifest);
void manifest_clear_overrides(struct manifest *manifest);

/* The rule of kmend/patch.h for names of patches. */
bool patch_name_is_valid(const char *name);

/* The kernel module's name of a patch, newly allocated; NULL when out of memory. */
char *patch_module_name(const char *patch);

/* 20 bytes as lower-case hexadecimal digits? */
bool build_id_is_valid(const char *s);

/* A kernel release that is safe as one component of a path? */
bool kernel_release_is_valid(const char *s);

DEFINE_CLEANUP(struct manifest *, manifest_free)
#define _cleanup_manifest_ _cleanup_(manifest_freep)

#endif
