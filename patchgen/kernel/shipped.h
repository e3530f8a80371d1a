/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel image and its modules as shipped, seen alike: named places with bytes, and where
 * the relocated fields among those bytes point.
 */
#ifndef PATCHGEN_SHIPPED_H
#define PATCHGEN_SHIPPED_H

#include <stdint.h>

#include "image.h"
#include "../object/object.h"

/* An address: in the image (section 0), or an offset in a section of a module's file. */
struct place {
	unsigned section;
	uint64_t value;
};

struct shipped_symbol {
	const char *name;
	struct place place;
	bool is_global, is_weak;
};

struct shipped {
	char *name; /* "vmlinux", or the module's */
	char *path; /* of the file */
	const struct image *image; /* vmlinux */
	struct object *module;
	bool is_needed; /* a symbol of it is used by the code of another module, or of vmlinux */
	bool is_needed_late; /* so is one by the code of a module that may come after the patch */
	char **depends; /* of a module: on which others; NULL-terminated, may be NULL */
	/* A module's, by name, those of one name in the order in which the kernel counts them. */
	struct shipped_symbol *symbols;
	size_t n_symbols;
	char build_id[KMEND_BUILD_ID_LEN];
};

int shipped_open_image(const struct kernel *kernel, const struct image *image,
		       struct shipped **ret);

/* The kernel's own module of this name. KM304: it has none; KM311: it cannot be read. */
int shipped_open_module(const struct kernel *kernel, const char *name, struct diag_list *diags,
			struct shipped **ret);

/*
 * A module that was built outside of the kernel, from this file; NULL: the one of this name below
 * updates/ (where DKMS installs) or extra/ in the folder of the kernel's modules.
 */
int shipped_open_outside(const struct kernel *kernel, const char *name, const char *file,
			 struct diag_list *diags, struct shipped **ret);
void shipped_free(struct shipped *shipped);

/* From a file's name to the module's: '-' becomes '_'. */
void module_name_clean(char *name);

/* The symbols of a name: how many; ret_first is for shipped_get(), which counts up from there. */
size_t shipped_find(const struct shipped *shipped, const char *name, size_t *ret_first);
struct shipped_symbol shipped_get(const struct shipped *shipped, size_t index);

/* NULL where there are no such bytes. */
const uint8_t *shipped_bytes(const struct shipped *shipped, struct place place, uint64_t size);

/*
 * Where the field at a place points, which has a relocation of this type and addend in the
 * object compared: the place of its symbol. False where that cannot be told.
 */
bool shipped_follow(const struct shipped *shipped, struct place field, uint32_t type,
		    int64_t addend, struct place *ret);

DEFINE_CLEANUP(struct shipped *, shipped_free)
#define _cleanup_shipped_ _cleanup_(shipped_freep)

#endif
