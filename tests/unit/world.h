/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Catalogs in memory, for plans: patches with relations and functions, chosen or drawn by a seed,
 * and a core that behaves as the kernel's does.
 */
#ifndef KMEND_TEST_WORLD_H
#define KMEND_TEST_WORLD_H

#include "daemon/plan.h"

struct world {
	struct catalog catalog;
	struct core_patches core; /* as sysfs would show it, after world_show_core() */
	struct generation current;
	struct quarantine quarantine;
	struct policy policy;

	struct registered *registered; /* with the core */
	size_t n_registered;
	size_t n_transitions;
};

struct world_patch {
	char *name;
	const char *version; /* NULL: "1" */
	char **depends, **conflicts, **replaces, **stacks_on;
	char **functions; /* of vmlinux */
};

/* Put a patch into the catalog; what it points to is copied. After all: catalog_sort(). */
void world_add(struct world *world, const struct world_patch *patch);

/* The package goes; what is live stays. */
void world_remove(struct world *world, const char *name);

/* As plan_read_strangers() leaves it. */
void world_show_core(struct world *world);

struct plan_input world_input(const struct world *world);

/* A step_func of the world's core; userdata is the world. */
int world_run_step(void *userdata, const struct step *step, struct diag_list *diags);

/* Nothing is registered afterwards. */
void world_reboot(struct world *world);

bool world_is_live(const struct world *world, const char *name);

/* The registered patches and their states, as one text. The caller frees it. */
char *world_state(const struct world *world);

/* A patch that is registered: its relations as they were when it was loaded. NULL: not there. */
const struct world_patch *world_registered(const struct world *world, const char *name);

void world_done(struct world *world);

#endif
