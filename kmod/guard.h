/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Probation, the dead man's switch: an applied patch that nobody commits in time, or whose code
 * does harm before that, is reverted by the core itself, whatever has become of user space. All of
 * this needs kmend_lock unless said otherwise.
 */
#ifndef KMEND_GUARD_H
#define KMEND_GUARD_H

#include <linux/ktime.h>
#include <linux/list.h>

struct patch;
struct transaction;

#define GUARD_REASON_LEN 256

/* The longest time of probation, in seconds: a month. */
#define GUARD_SECONDS_MAX (31 * 24 * 60 * 60)

/* Names in guard.c. */
enum probation {
	PROBATION_NONE,
	PROBATION_RUNNING,
	PROBATION_COMMITTED,
	PROBATION_EXPIRED,
	PROBATION_HARMED,
	PROBATION_REJECTED,
	_PROBATION_MAX,
};

/*
 * A patch's probation. Patches that a transaction applies are a group: they are on probation
 * together, and what the transaction takes off comes back when they do not pass.
 */
struct guard {
	struct list_head node; /* in the list of guarded patches, from guard_add() to _remove() */
	u64 watched; /* number of the probation in which harm counts, or 0; read without lock */
	enum probation state;
	unsigned int seconds; /* what an apply begins; 0: no probation */
	u64 group; /* number of the transaction that applied it last */
	unsigned int armed; /* seconds that it began */
	u64 off_by; /* number of the one that took it off, and is on probation: its module is held */
	enum probation before_off; /* state then */
	bool is_returning; /* that one did not pass */
	ktime_t deadline; /* while it runs */
	bool is_due; /* the revert has still to be asked for */
	char reason[GUARD_REASON_LEN]; /* why the core reverts or has reverted it, or empty */
};

/* What there is to be read about a probation. */
struct guard_view {
	const char *state; /* a KMEND_PROBATION_* value */
	unsigned int seconds;
	unsigned int left; /* seconds, rounded up; 0 when it does not run */
	char reason[GUARD_REASON_LEN];
};

/* Begin and stop to serve. What could not be set up has been said. */
int guard_init(void);
void guard_exit(void);

/* A patch is registered. */
void guard_add(struct patch *patch);

/* It is so no more. Takes kmend_lock itself, and sleeps. */
void guard_remove(struct patch *patch);

/* A transition begins for these patches; their states have not changed yet. */
void guard_transaction_begins(struct transaction *t);

/* A patch's state has changed from before to what it is now. */
void guard_patch_changed(struct patch *patch, int before);

/* The requests. Each returns 0, or a negative errno and has said why. */
int guard_set_seconds(struct patch *patch, unsigned int seconds);
int guard_commit(struct patch *patch);
int guard_extend(struct patch *patch, unsigned int seconds);
int guard_reject(struct patch *patch);

void guard_read(const struct patch *patch, struct guard_view *ret);

/* Have the guard look at everything again. From any context, NMI included; without a lock. */
void guard_wake(void);

/*
 * Call fn for each patch in whose probation harm counts, with its number, until it returns true,
 * which is then returned. From any context, NMI included; without a lock.
 */
bool guard_any_watched(bool (*fn)(const struct patch *patch, u64 watched, void *data), void *data);

#endif
