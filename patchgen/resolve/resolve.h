/* SPDX-License-Identifier: GPL-2.0 */
/* How a patch module reaches the kernel's symbols: resolver_reach() of diff.h, for a real kernel. */
#ifndef PATCHGEN_RESOLVE_H
#define PATCHGEN_RESOLVE_H

#include "../diff/diff.h"
#include "../kernel/image.h"
#include "../compile/tree.h"

/* What becomes of functions that are not what was shipped. */
enum verify {
	VERIFY_REQUIRE, /* refused */
	VERIFY_WARN, /* told */
	VERIFY_OFF, /* not looked at */
	_VERIFY_MAX,
	_VERIFY_INVALID = -EINVAL,
};

/* "require", "warn", "off" */
const char *verify_name(enum verify verify);
enum verify verify_from_name(const char *name);

/* kernel and image stay the caller's, and outlive the resolver. */
int resolver_new(const struct kernel *kernel, const struct image *image, enum verify verify,
		 struct diag_list *diags, struct resolver **ret);
/*
 * A module that is not the kernel's own: its file (NULL: the one of its name in the folder of the
 * kernel's modules), and a Module.symvers of what it exports.
 */
int resolver_add_module(struct resolver *resolver, const char *file, const char *symvers,
			struct diag_list *diags);
void resolver_free(struct resolver *resolver);

/*
 * Global symbols that the patched object defines and the original does not: other objects of the
 * same fix may use them, since all are linked into one module. What is static in the original is the
 * running kernel's still, and reached there.
 */
int resolver_add_new_symbols(struct resolver *resolver, const struct compiled *original,
			     const char *patched, struct diag_list *diags);

/*
 * From here on the requests are about this object. It is compared with the shipped kernel or
 * module: -ENOENT where nothing of it is there (KM304) or all of it is something else (KM312).
 * Where that leaves something open it is compiled in another way, too; tree NULL: it is not.
 */
int resolver_set_object(struct resolver *resolver, const struct tree *tree,
			const struct compiled *original, struct diag_list *diags);

/*
 * Is the shipped function the compiled one? Returns 1, 0 (it is not proven, but may be), or
 * -EINVAL with KM312.
 */
int resolver_prove(struct resolver *resolver, const char *function, struct diag_list *diags);

/* What the object set last is compared with: a file and its build-id. */
void resolver_shipped(const struct resolver *resolver, const char **ret_file,
		      const char **ret_build_id);

/* Of the object set last: functions, and those found unchanged in what was shipped. */
void resolver_counts(const struct resolver *resolver, size_t *ret_functions, size_t *ret_proven);

/* Namespaces of the exported symbols that were asked for; NULL-terminated, may be NULL. */
char *const *resolver_namespaces(const struct resolver *resolver);

/* A module that was opened. */
struct resolver_module {
	const char *name, *build_id;
	/* A symbol of it is used by other code that is always there, or by some that may come later. */
	bool is_needed, is_needed_late;
};

/* The i-th of them, in the order of opening; false past the last. */
bool resolver_module(const struct resolver *resolver, size_t i, struct resolver_module *ret);

/* What was needed before was asked for in vain: it will be asked for anew. */
void resolver_forget_needs(struct resolver *resolver);

DEFINE_CLEANUP(struct resolver *, resolver_free)
#define _cleanup_resolver_ _cleanup_(resolver_freep)

#endif
