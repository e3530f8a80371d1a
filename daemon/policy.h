/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an administrator allows, from policy.yaml. Without such a file the defaults below hold.
 *
 *   signatures: require | kernel | off   who says that a patch is genuine (require)
 */
#ifndef KMENDD_POLICY_H
#define KMENDD_POLICY_H

#include <stddef.h>

#include "lib/cleanup.h"

struct diag_list;

enum signatures {
	SIGNATURES_REQUIRE, /* a certificate of the keys' folders */
	SIGNATURES_KERNEL, /* the kernel, which has to enforce it */
	SIGNATURES_OFF, /* nobody */
};

#define POLICY_MAX (64UL * 1024) /* bytes of YAML text, at most */

struct policy {
	enum signatures signatures;
};

/*
 * Read the first of these files that exists. A file that is damaged, or that others than root may
 * write, is diagnosed (KM110 to KM113, KM102, KM629) and an error: nobody can tell what it allows.
 * Returns 0 or a negative errno.
 */
int policy_read(char *const *files, struct diag_list *diags, struct policy *ret);

/* As policy_read(), of YAML text; file is only named in diagnostics. */
int policy_parse(const char *text, size_t size, const char *file, struct diag_list *diags,
		 struct policy *ret);

const char *signatures_to_string(enum signatures signatures);

#endif
