/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an administrator allows, from policy.yaml. Without such a file the defaults below hold.
 *
 *   signatures: require | kernel | off   who says that a patch is genuine (require)
 *   pins: {NAME: VERSION}                patches that are applied in that version only
 *   holds: [NAME]                        patches that stay as they are, live or not
 */
#ifndef KMENDD_POLICY_H
#define KMENDD_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/cleanup.h"
#include "lib/yaml-keys.h"

struct diag_list;

enum signatures {
	SIGNATURES_REQUIRE, /* a certificate of the keys' folders */
	SIGNATURES_KERNEL, /* the kernel, which has to enforce it */
	SIGNATURES_OFF, /* nobody */
};

#define POLICY_MAX (64UL * 1024) /* bytes of YAML text, at most */

struct policy {
	enum signatures signatures;
	struct yaml_pair *pins; /* of a patch's name its version */
	size_t n_pins;
	char **holds;
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

/* The version that a patch is pinned to; NULL: any. */
const char *policy_pin(const struct policy *policy, const char *patch);

bool policy_holds(const struct policy *policy, const char *patch);

void policy_done(struct policy *policy);

#define _cleanup_policy_ _cleanup_(policy_done)

const char *signatures_to_string(enum signatures signatures);

#endif
