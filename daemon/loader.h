/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The loader: a short-lived process that carries out a transaction against the kernel, so that
 * the daemon never waits for a module to load or a transition to end.
 */
#ifndef KMENDD_LOADER_H
#define KMENDD_LOADER_H

#include <systemd/sd-event.h>

#include "config.h"
#include "transaction.h"

struct diag_list;
struct loader;

/* status: one line on the step that begins. */
typedef void (*loader_progress_func)(void *userdata, const char *status);

/*
 * result: as of transaction_run(); -EOWNERDEAD (diagnosed as KM622) when the process died without
 * a word. culprit: the patch for which a step failed; "" when that is not known. The loader may be
 * freed by the callback.
 */
typedef void (*loader_done_func)(void *userdata, int result, const char *culprit,
				 const struct diag_list *diags);

/*
 * Start; the callbacks come from the event loop. lock: the one file descriptor that the process
 * keeps open, or -1. Returns 0 or a negative errno.
 */
int loader_start(sd_event *event, const struct config *config, const struct steps *steps, int lock,
		 loader_progress_func progress, loader_done_func done, void *userdata,
		 struct loader **ret);

/* Kills the process if it still runs. */
void loader_free(struct loader *loader);

#endif
