/* SPDX-License-Identifier: GPL-2.0 */
/* The daemon on the bus: org.kmend1, described in doc/dbus.md. */
#ifndef KMENDD_BUS_H
#define KMENDD_BUS_H

#include <systemd/sd-bus.h>

#include "job.h"

struct manager;
struct views;

/* Bits of the flags arguments. */
#define BUS_APPLY_LIFT_QUARANTINE 0x1
#define BUS_REVERT_DEPENDENTS     0x1
#define BUS_CHANGE_HELD           0x2

#define BUS_NAME              "org.kmend1"
#define BUS_PATH              "/org/kmend1"
#define BUS_PATCH_PATH        "/org/kmend1/patch"
#define BUS_JOB_PATH          "/org/kmend1/job"
#define BUS_INTERFACE         "org.kmend1.Manager"
#define BUS_PATCH_INTERFACE   "org.kmend1.Patch"
#define BUS_JOB_INTERFACE     "org.kmend1.Job"
#define BUS_ERROR_BAD_REQUEST "org.kmend1.Error.BadRequest"

/*
 * Begin to connect to the system bus; it need not be there yet. Objects are added and the name is
 * asked for. Returns 0 or a negative errno.
 */
int bus_connect(struct manager *manager);

/* Signals, best effort. */
void bus_job_new(struct manager *manager, const struct job *job);
void bus_job_removed(struct manager *manager, const struct job *job);
void bus_views_changed(struct manager *manager, const struct views *before);
void bus_property_changed(struct manager *manager, const char *property);

/* Object path of a job or patch; the caller frees it. NULL when out of memory. */
char *bus_job_path(const struct job *job);
char *bus_patch_path(const char *name);

/* For bus.c: the method Plan. */
int bus_method_plan(sd_bus_message *message, void *userdata, sd_bus_error *error);

/* What methods have in common: are these names of patches, not none and not too many? */
int bus_check_names(char **names, sd_bus_error *error);

/* The options (enum plan_option) that a verb's flags stand for. */
int bus_read_flags(enum job_verb verb, uint64_t flags, unsigned *ret, sd_bus_error *error);

/* For bus.c: the objects below the manager. */
int bus_add_patches(struct manager *manager);
int bus_add_jobs(struct manager *manager);

#endif
