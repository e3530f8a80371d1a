/* SPDX-License-Identifier: GPL-2.0 */
/* A patch's probation, as the core shows it in sysfs (kmend/sysfs.h). */
#ifndef KMEND_LIB_PROBATION_H
#define KMEND_LIB_PROBATION_H

#include <errno.h>

#include "cleanup.h"

enum probation_state {
	PROBATION_NONE,
	PROBATION_RUNNING,
	PROBATION_COMMITTED,
	PROBATION_EXPIRED,
	PROBATION_HARMED,
	PROBATION_REJECTED,
	_PROBATION_STATE_MAX,
	_PROBATION_STATE_INVALID = -EINVAL,
};

struct probation {
	enum probation_state state;
	unsigned seconds; /* that the next apply begins; 0: none */
	unsigned left; /* seconds; 0 when it does not run */
	char *reason; /* "KMnnn text" of the core's revert, or "" */
};

/*
 * In all of these sysfs is where sysfs is mounted, normally "/sys". They return 0, -ENOENT when no
 * patch of that name is registered or the core knows of no probation, or another negative errno:
 * of a request that the core refuses, the patch's last_error says why.
 */
int probation_read(const char *sysfs, const char *patch, struct probation *ret);

/* For the applies that follow. */
int probation_set_seconds(const char *sysfs, const char *patch, unsigned seconds);

/* The patch is good. -EBUSY: it is not live yet; -EINVAL: it is not on probation, or too late. */
int probation_commit(const char *sysfs, const char *patch);

/* From now on at least so many seconds are left. */
int probation_extend(const char *sysfs, const char *patch, unsigned seconds);

/* The patch is bad: have the core revert it. */
int probation_reject(const char *sysfs, const char *patch);

const char *probation_state_to_string(enum probation_state state);
enum probation_state probation_state_from_string(const char *s);

void probation_done(struct probation *probation);

#endif
