/* SPDX-License-Identifier: GPL-2.0 */
/*
 * That redirects which should be live are so, is proved on request, after every change that
 * somebody makes to ftrace, and from time to time. One that is lost is told of, counted, and put
 * back where that is safe.
 */
#ifndef KMEND_VERIFY_H
#define KMEND_VERIFY_H

#include <linux/types.h>

#include "proof.h"

struct func;
struct patch;

#define VERIFY_EVENT_LEN    256
#define VERIFY_INTERVAL_MAX (24 * 60 * 60)

/* What there is to be read about it. */
struct verify_view {
	unsigned int interval; /* seconds between two passes; 0: only on request and after changes */
	u64 passes;
	u64 redirects; /* proved or not in the last pass over all */
	u64 lost; /* redirects that were found lost, since the core was loaded */
	u64 repaired; /* of those */
	u64 rivals; /* others who wanted a function of ours and were refused */
	char event[VERIFY_EVENT_LEN]; /* "PATCH: KMnnn TEXT" of the last loss or rival, or empty */
};

void verify_init(void);
void verify_exit(void);

/*
 * Prove all redirects, or those of one patch, and put lost ones back. Returns 0 when all are live
 * then, or -EIO. Both need kmend_lock.
 */
int verify_all(void);
int verify_patch(struct patch *patch);

/* Is this version in effect? Nothing is told, counted or put back. Needs kmend_lock. */
enum proof verify_func(const struct func *func);

/* How many of the patch's redirects are known to be lost now. Needs kmend_lock. */
unsigned int verify_lost(const struct patch *patch);

/* At most VERIFY_INTERVAL_MAX seconds, else -EINVAL. */
int verify_set_interval(unsigned int seconds);

void verify_read(struct verify_view *ret);

#endif
