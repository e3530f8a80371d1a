/* SPDX-License-Identifier: GPL-2.0 */
/* Notice what packages and people do to the folders of the catalog, keys and policy. */
#ifndef KMENDD_CATALOG_WATCH_H
#define KMENDD_CATALOG_WATCH_H

#include <systemd/sd-event.h>

#include "config.h"

struct catalog_watch;

typedef void (*catalog_watch_func)(void *userdata);

/*
 * changed is called from the event loop, once for what happens within a short while. Folders that
 * come later are watched by their nearest parent until then; that is looked at again whenever
 * something has changed. Returns 0 or a negative errno.
 */
int catalog_watch_new(sd_event *event, const struct config *config, catalog_watch_func changed,
		      void *userdata, struct catalog_watch **ret);

void catalog_watch_free(struct catalog_watch *watch);

#endif
