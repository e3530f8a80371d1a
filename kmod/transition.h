/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Taking a transaction into effect, one at a time. In one stop of the machine everybody changes
 * sides who is outside of old and new code; those who are inside follow one by one when they have
 * left it, seen to by a worker. Until the last one has, all of it can be reversed.
 */
#ifndef KMEND_TRANSITION_H
#define KMEND_TRANSITION_H

#include "registry.h"
#include "pending.h"

#define TRANSITION_CALLBACK_LEN 160
#define TRANSITION_STOPS        8

struct transaction;

/* What there is to be read about the transition under way, or the last one. */
struct transition_view {
	enum patch_state state; /* PATCH_LOADED: idle */
	char patch[KMEND_PATCH_NAME_MAX + 1];
	unsigned int tries;
	u64 duration_ns;
	u64 elapsed_ns;
	u64 stop_ns;
	u64 stops_ns[TRANSITION_STOPS];
	unsigned int nr_stops; /* of those */
	struct straggler straggler; /* the first */
	unsigned int nr_stragglers;
	bool may_kick;
	char callback[TRANSITION_CALLBACK_LEN]; /* "EVENT FUNCTION" that runs now, or empty */
};

/*
 * Begin a transition for a transaction, or, with one under way, reverse that where the transaction
 * asks for the opposite of what some or all of its patches are heading for. Owns the transaction.
 * Returns 0 when it is done or goes on by itself (see the patches' states), or a negative errno
 * when it is refused, which has been said. A request during a callback is heeded when that has
 * returned; one that was taken back before anything was live returns -ECANCELED. Needs kmend_lock,
 * which is released while a callback runs.
 */
int transition_request(struct transaction *t);

/* None is under way. Needs kmend_lock. */
bool transition_is_idle(void);

/* A request about this patch would not be refused for what is under way. Needs kmend_lock. */
bool transition_is_free(const struct patch *patch);

/*
 * A module has come, and a patch is prepared for it: where that is live, or is going live, make
 * it so for the module's functions, which nobody runs yet. transition_abandon() is for one that
 * goes: returns whether anything was redirected. Returns 0, or a negative errno with nothing
 * changed and the reason said. All of these need kmend_lock.
 */
int transition_adopt(struct patch *patch, struct object *object);
bool transition_abandon(struct object *object, struct patch *patch);

/* Is the patch live, or going to be? */
bool transition_concerns(const struct patch *patch);

/*
 * A patch's module is being removed, forcibly if the patch is live: revert it, for as long as that
 * takes. Needs kmend_lock, which it may release for a while.
 */
void transition_evict(struct patch *patch);

void transition_read(struct transition_view *ret);

/* "+NAME -NAME" of the transition under way; empty when idle. Returns the number of bytes. */
ssize_t transition_read_changes(char *ret, size_t size);

/* As pending_describe(); 0 bytes when there is no straggler. */
ssize_t transition_read_stragglers(char *page);

/*
 * Allow stragglers to be kicked for as long as the transition under way lasts, or disallow it.
 * Returns 0, or -ESRCH when there is none, or it is not tasks that it waits for. Takes kmend_lock.
 */
int transition_allow_kick(bool allow);

/* The core is going: no worker runs any more when this returns. */
void transition_exit(void);

#endif
