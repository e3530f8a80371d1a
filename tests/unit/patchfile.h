/* SPDX-License-Identifier: GPL-2.0 */
/* Patch modules written at test time, right or wrong in chosen places. */
#ifndef KMEND_TEST_PATCHFILE_H
#define KMEND_TEST_PATCHFILE_H

#include <elf.h>
#include <stddef.h>

#include <kmend/patch.h>

#define TEST_BUILD_ID "0123456789abcdef0123456789abcdef01234567"
#define TEST_RELEASE  "6.1.0-test"

/* What is NULL or 0 takes a value that is right. */
struct patchfile {
	const char *name;
	const char *version;
	const char *release; /* in the manifest */
	const char *build_id;
	const char *depends; /* YAML, as "[a, b]" */
	const char *conflicts;
	const char *replaces;
	const char *stacks_on;
	const char *modules; /* YAML */
	const char *manifest; /* the whole text */
	const char *function; /* that it replaces */
	const char *object;
	const char *modinfo; /* entries, each followed by '|' for the NUL byte */
	const struct kmend_func *funcs;
	size_t n_funcs;
	const struct kmend_object *objects; /* NULL: one of each module that is named */
	size_t n_objects;
	const struct kmend_callbacks *callbacks; /* NULL: no such section */
	size_t n_callbacks;
	size_t funcs_size; /* bytes of the section, where it is not what n_funcs says */
	Elf64_Half type, machine;
	const char *without; /* the section that is missing */
	const char *twice; /* the section that is there two times */
};

/* The image; the caller frees it. */
void *patchfile_make(const struct patchfile *spec, size_t *ret_size);

/* The manifest inside. */
char *patchfile_manifest(const struct patchfile *spec);

/* Into a catalog: ROOT/RELEASE/NAME/{NAME.ko,manifest.yaml}. */
void patchfile_install(const struct patchfile *spec, const char *root);

#endif
