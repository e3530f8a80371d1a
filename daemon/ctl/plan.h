/* SPDX-License-Identifier: GPL-2.0 */
/* What a change would do. */
#ifndef KMENDCTL_PLAN_H
#define KMENDCTL_PLAN_H

#include <stdint.h>

#include "verbs.h"

/* One change that is planned. */
struct wish {
	const char *verb; /* "apply", "revert", "rollback" or "start" */
	char **names; /* NULL: none */
	uint64_t generation, flags;
};

/* Ask for a plan and print it. What cannot be done is diagnosed. */
int plan_show(struct ctl *ctl, const struct wish *wish);

/* The flags of the command line, for a verb. */
uint64_t plan_flags(const struct ctl *ctl, const char *verb);

#endif
