/* SPDX-License-Identifier: GPL-2.0 */
/* Wake up when the core changes a patch's state, also one that the daemon did not ask for. */
#ifndef KMENDD_WATCH_H
#define KMENDD_WATCH_H

#include <systemd/sd-event.h>

#include "lib/core.h"

typedef void (*watch_func)(void *userdata);

struct watch {
	char *patch;
	int fd;
	sd_event_source *source;
	watch_func changed;
	void *userdata;
};

struct watches {
	struct watch **items;
	size_t n;
};

/*
 * Watch the states of exactly these patches. One that cannot be watched is passed over: its state
 * is then seen at the next occasion only. changed may be called from the event loop, and may call
 * this function in turn. Returns 0 or -ENOMEM.
 */
int watches_update(struct watches *watches, sd_event *event, const char *sysfs,
		   const struct core_patches *patches, watch_func changed, void *userdata);

void watches_done(struct watches *watches);

#endif
