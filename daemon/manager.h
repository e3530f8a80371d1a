/* SPDX-License-Identifier: GPL-2.0 */
/* The daemon as a whole: what it knows, and the queue of jobs, of which one runs at a time. */
#ifndef KMENDD_MANAGER_H
#define KMENDD_MANAGER_H

#include <stdbool.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "catalog.h"
#include "catalog-watch.h"
#include "config.h"
#include "generation.h"
#include "job.h"
#include "lib/core.h"
#include "policy.h"
#include "polkit.h"
#include "quarantine.h"
#include "reader.h"
#include "view.h"
#include "watch.h"

struct manager {
	struct config config;
	int lock; /* on the state folder; -1: that cannot be written */
	sd_event *event;
	sd_bus *bus;
	struct polkit polkit;
	struct verify *verifies; /* under way */

	char kernel_build_id[KMEND_BUILD_ID_LEN]; /* "" when it cannot be read */
	unsigned core_abi; /* 0: the core is not loaded */
	struct policy policy;
	struct catalog catalog;
	struct diag_list
		catalog_diags; /* why it could not be read last; not empty: nothing is loaded */
	struct catalog_watch *catalog_watch;
	struct reader *reader; /* at work; NULL: the catalog is as it was when it was read last */
	bool read_again; /* something changed meanwhile */
	sd_bus_message **reloads; /* calls that wait for it, ended by NULL */
	struct core_patches core;
	struct watches watches; /* of the core's patches */
	struct generation current;
	struct quarantine quarantine;
	struct views views; /* what the bus shows of all that */

	struct job *queue; /* waiting, in order */
	struct job *running;
	uint32_t last_job_id;
	sd_event_source *dispatch;

	char **skipped; /* patches of the current generation that failed since the start */
	bool ready; /* the start is over */
	bool stopping; /* exit when the running job is done */
	int exit_code;
	bool broken; /* an unfinished change could not be undone: refuse others */
};

/* Takes over what config owns. -EALREADY, and that is told, when another daemon runs. */
int manager_new(const struct config *config, struct manager **ret);

/* Judge what was found on disk, and queue the job that brings the kernel in line with it. */
int manager_start(struct manager *manager);

/* Serve until told to stop. */
int manager_run(struct manager *manager);

void manager_free(struct manager *manager);

/*
 * Begin to read policy, keys and catalog; a job that is dispatched goes on when that is done. When
 * it is under way already, it is done once more.
 */
int manager_read_catalog(struct manager *manager);

/* Answer this call of Reload when everything has been read. */
int manager_reload(struct manager *manager, sd_bus_message *call);

/* Read core and state folder again. A problem is diagnosed and what can be read kept. */
int manager_refresh(struct manager *manager, struct diag_list *diags);

/* Read the core's state again, and tell the bus of changes. */
int manager_refresh_core(struct manager *manager);

/* Leave the event loop with this exit code, after the job that runs. */
void manager_stop(struct manager *manager, int exit_code);

/* Put a job in the queue, which owns it from then on. */
int manager_enqueue(struct manager *manager, struct job *job);

/* For change.c: the running job is over, and its result in its state and diagnostics. */
void manager_job_done(struct manager *manager, struct job *job);

struct job *manager_find_job(const struct manager *manager, uint32_t id);

DEFINE_CLEANUP(struct manager *, manager_free)

#endif
