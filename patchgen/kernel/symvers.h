/* SPDX-License-Identifier: GPL-2.0 */
/* Module.symvers: what a kernel exports to modules. */
#ifndef PATCHGEN_SYMVERS_H
#define PATCHGEN_SYMVERS_H

#include <stddef.h>
#include <stdint.h>

#include "../../lib/diag.h"

struct export
{
	const char *name;
	const char *module; /* "vmlinux", or the module's path without suffix: "fs/btrfs/btrfs" */
	const char *namespace; /* empty where the symbol is in none */
	uint32_t crc;
};

struct symvers {
	char *text;
	struct export *exports; /* by name */
	size_t n_exports;
};

/* Returns 0, -EINVAL (KM303: malformed, with the line), or another negative errno. */
int symvers_parse(const char *text, size_t size, const char *file, struct diag_list *diags,
		  struct symvers *ret);
int symvers_read(const char *path, struct diag_list *diags, struct symvers *ret);
void symvers_done(struct symvers *symvers);

/* NULL where it is not exported. */
const struct export *symvers_find(const struct symvers *symvers, const char *name);

#endif
