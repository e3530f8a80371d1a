/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The functions of a patch that are called around its transitions. What is called with kmend_lock
 * held here releases it for as long as a callback runs, so that nobody waits for the callback;
 * whoever calls has made sure that nobody begins anything with the patch meanwhile.
 */
#ifndef KMEND_CALLBACKS_H
#define KMEND_CALLBACKS_H

#include "registry.h"

#define CALLBACK_NAME_LEN 128

/* The callbacks of one C file. */
struct callbacks {
	struct kobject kobj;
	const struct kmend_callbacks *record;
	struct object *object;
	bool is_prepared; /* its post_revert is due: its pre_apply succeeded, or it has none */
};

/* "pre_apply" and its like: KMEND_SYSFS_PRE_APPLY... */
const char *callback_event_name(unsigned int event);

/* The name of the function for an event; empty when there is none. */
void callback_name(const struct callbacks *callbacks, unsigned int event,
		   char ret[CALLBACK_NAME_LEN]);

/*
 * Call each pre_apply in order until one fails. Returns 0, or what that one returned, which has
 * been said. peer: the patch whose place it takes, or NULL. Needs kmend_lock, and releases it in
 * between.
 */
int callbacks_prepare(struct patch *patch, const struct patch *peer);

/*
 * Call the others: post_apply in the order of the records, pre_revert and post_revert in the
 * reverse order; post_revert only where it is due. flags: KMEND_EVENT_UNDONE or 0. peer: the patch
 * with which it changes places, or NULL. Needs kmend_lock, and releases it in between.
 */
void callbacks_run(struct patch *patch, unsigned int event, unsigned int flags,
		   const struct patch *peer);

/* "EVENT FUNCTION" of the callback that runs now, or empty. Needs kmend_lock. */
void callbacks_describe_running(char *ret, size_t size);

#endif
