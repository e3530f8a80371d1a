/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel image as shipped: its bytes by address, its symbols, its build-id. */
#ifndef PATCHGEN_IMAGE_H
#define PATCHGEN_IMAGE_H

#include <kmend/patch.h>

#include "kallsyms.h"
#include "kernel.h"

struct image_section {
	const char *name;
	uint64_t address, size;
	const unsigned char *data; /* NULL: occupies no bytes in the file */
};

struct image {
	struct kallsyms kallsyms;
	uint32_t *by_name; /* indexes of symbols, by name, those of one name in the kernel's order */
	struct image_section *sections;
	size_t n_sections;
	char build_id[KMEND_BUILD_ID_LEN];
	char *banner; /* "Linux version ..." */
	void *elf; /* libelf's handle, which owns the sections' data */
	int fd;
};

/*
 * The kernel's vmlinux, extracted into the kernel's work folder if it is not there yet. KM310. Its
 * symbols are those of its own tables, or of a list (symbolfile.h), with which tables that it has
 * must agree; NULL: no list.
 */
int image_open(const struct kernel *kernel, const char *symbols, struct diag_list *diags,
	       struct image **ret);
void image_free(struct image *image);

/* size bytes at an address; NULL where the image has none. */
const unsigned char *image_bytes(const struct image *image, uint64_t address, uint64_t size);

/*
 * The symbols of a name: how many, and the first one's place in by_name. The order is that in
 * which the kernel counts them for sympos.
 */
size_t image_find(const struct image *image, const char *name, size_t *ret_first);

static inline const struct kallsyms_symbol *image_symbol(const struct image *image, size_t place)
{
	return &image->kallsyms.symbols[image->by_name[place]];
}

/* The distribution's version of the kernel package, as "6.1.190-1"; NULL where none is named. */
char *image_package_version(const struct image *image);

DEFINE_CLEANUP(struct image *, image_free)
#define _cleanup_image_ _cleanup_(image_freep)

#endif
