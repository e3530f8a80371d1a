/* SPDX-License-Identifier: GPL-2.0 */
/* The functions that a registered patch replaces, as the core shows them in sysfs. */
#ifndef KMEND_LIB_FUNCTIONS_H
#define KMEND_LIB_FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cleanup.h"

struct function {
	char *object; /* "vmlinux" or a module's name */
	char *name;
	unsigned sympos; /* which of several of this name, from 1 */
	bool is_live; /* its callers get this version */
	uint64_t calls; /* that it has taken since the apply, as far as they are counted */
	char *last_error; /* "KMnnn text" of what was about it, or "" */
};

struct functions {
	struct function *items; /* sorted by object, name and sympos */
	size_t n;
};

/*
 * sysfs is where sysfs is mounted, normally "/sys". Returns 0, -ENOENT when no patch of that name
 * is registered, -EBADMSG when a file has what it should not, or another negative errno.
 */
int functions_read(const char *sysfs, const char *patch, struct functions *ret);

void functions_done(struct functions *functions);

#endif
