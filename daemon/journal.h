/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What happened and why: each event goes to the system's journal with a MESSAGE_ID of its own
 * (packaging/kmend.catalog explains them), and as a line of JSON to STATE/journal, which only
 * grows.
 */
#ifndef KMENDD_JOURNAL_H
#define KMENDD_JOURNAL_H

#include <stdint.h>

#include "lib/cleanup.h"

struct diag;

enum journal_event {
	JOURNAL_CHANGED, /* a generation came in force */
	JOURNAL_FAILED, /* a change failed; everything is as before */
	JOURNAL_BROKEN, /* a change failed and could not be undone */
	JOURNAL_STARTED, /* the generation in force is live after a start */
	JOURNAL_SKIPPED, /* a patch of the generation in force could not be brought live */
	JOURNAL_RECOVERED, /* the daemon had died in the middle of a change; it was undone */
	JOURNAL_QUARANTINED, /* the machine had died in the middle of a change */
	JOURNAL_UNWRITABLE, /* the state folder cannot be written */
	JOURNAL_UNFIT, /* a patch of the catalog is not fit to be loaded */
	JOURNAL_DECIDED, /* somebody masked a patch, put it in quarantine, or the reverse */
	_JOURNAL_EVENT_MAX,
};

struct journal_fields {
	uint64_t generation; /* 0: none */
	const char *patches; /* separated by spaces; may be NULL */
	const struct diag *diag; /* may be NULL */
};

/* state: the state folder, or NULL to leave its journal alone. */
void journal_write(const char *state, enum journal_event event, const struct journal_fields *fields,
		   const char *format, ...) _printf_(4, 5);

#endif
