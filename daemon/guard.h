/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guard: a file in the state folder that says "this change is under way". It reaches the disk
 * before the first module is loaded and goes when the change is committed or undone, so that one
 * found at start tells of a death in between, and the boot id whose: the daemon's or the
 * machine's.
 */
#ifndef KMENDD_GUARD_H
#define KMENDD_GUARD_H

#include <stdint.h>

#include "lib/cleanup.h"

struct diag_list;
struct generation_patch;

struct guard {
	uint64_t generation; /* being applied */
	uint64_t base; /* in force when it began */
	char *verb; /* "apply", "revert", "rollback", "boot" or "recover" */
	char *boot_id;
	char **added; /* patches that are to go live, in order */
	char **versions; /* theirs, one each */
	char **removed; /* patches that are to be reverted */
};

/* What a guard that is found at start means. */
enum guard_verdict {
	GUARD_COMMITTED, /* the change was complete: only the guard was left */
	GUARD_DAEMON_DIED, /* in this boot: undo what the change did */
	GUARD_MACHINE_DIED, /* the kernel went down: the added patches are suspects */
};

int guard_write(const char *state, const struct guard *guard);

/* Returns 0; -ENOENT; -EBADMSG (diagnosed as KM619); or another negative errno. */
int guard_read(const char *state, struct diag_list *diags, struct guard *ret);

int guard_remove(const char *state);

/* current: the generation in force as "current" has it. */
enum guard_verdict guard_judge(const struct guard *guard, uint64_t current, const char *boot_id);

void guard_done(struct guard *guard);

#define _cleanup_guard_ _cleanup_(guard_done)

#endif
