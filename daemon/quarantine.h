/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Patches that were being applied when the machine died. They are not applied again until
 * somebody lifts that; another version of the patch is not concerned.
 */
#ifndef KMENDD_QUARANTINE_H
#define KMENDD_QUARANTINE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/cleanup.h"

struct diag_list;

struct quarantine_entry {
	char *name;
	char *version;
	char *reason;
};

struct quarantine {
	struct quarantine_entry *items;
	size_t n;
};

/* No file is an empty quarantine. -EBADMSG is diagnosed as KM619. */
int quarantine_read(const char *state, struct diag_list *diags, struct quarantine *ret);
int quarantine_write(const char *state, const struct quarantine *quarantine);

/* Add a patch, or replace its reason. Returns 0 or -ENOMEM. */
int quarantine_add(struct quarantine *quarantine, const char *name, const char *version,
		   const char *reason);

/* Forget every version of a patch; true when there was one. */
bool quarantine_lift(struct quarantine *quarantine, const char *name);

const struct quarantine_entry *quarantine_find(const struct quarantine *quarantine,
					       const char *name, const char *version);

void quarantine_done(struct quarantine *quarantine);

#define _cleanup_quarantine_ _cleanup_(quarantine_done)

#endif
