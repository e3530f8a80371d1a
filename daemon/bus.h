/* SPDX-License-Identifier: GPL-2.0 */
/* The daemon on the bus: org.kmend1, described in doc/dbus.md. */
#ifndef KMENDD_BUS_H
#define KMENDD_BUS_H

#include <systemd/sd-bus.h>

#include "job.h"

struct diag_list;
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
#define BUS_ERROR_FAILED      "org.kmend1.Error.Failed"

/*
 * Begin to connect to the system bus; it need not be there yet. Objects are added and the name is
 * asked for. Returns 0 or a negative errno.
 */
int bus_connect(struct manager *manager);

/* Signals, best effort. */
void bus_job_new(struct manager *manager, const struct job *job);
void bus_job_changed(struct manager *manager, const struct job *job);
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

/* For methods: between one and many names of patches? Otherwise an error is set. */
int bus_check_names(char **names, sd_bus_error *error);

/* Set an error from the first of these diagnostics; without any, returns err. */
int bus_fail(sd_bus_error *error, const struct diag_list *diags, int err);

/*
 * To be returned by a method that changes something: "allowed" carries it out once root or polkit
 * has agreed to the action.
 */
int bus_ask(struct manager *manager, sd_bus_message *message, const char *action,
	    sd_bus_message_handler_t allowed, sd_bus_error *error);

/*
 * The same where the call begins with names and flags; these flags override what keeps a patch out,
 * and so make it POLKIT_FORCE.
 */
int bus_ask_named(struct manager *manager, sd_bus_message *message, const char *action,
		  uint64_t force_flags, sd_bus_message_handler_t allowed, sd_bus_error *error);

/* Methods that have a file of their own. */
int bus_method_diff(sd_bus_message *message, void *userdata, sd_bus_error *error);
int bus_method_mask(sd_bus_message *message, void *userdata, sd_bus_error *error);
int bus_method_pin(sd_bus_message *message, void *userdata, sd_bus_error *error);
int bus_method_quarantine(sd_bus_message *message, void *userdata, sd_bus_error *error);
int bus_method_release(sd_bus_message *message, void *userdata, sd_bus_error *error);
int bus_method_unmask(sd_bus_message *message, void *userdata, sd_bus_error *error);
int bus_method_unpin(sd_bus_message *message, void *userdata, sd_bus_error *error);
int bus_method_verify(sd_bus_message *message, void *userdata, sd_bus_error *error);

#endif
