/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pins that were made on the bus: pins.yaml beside policy.yaml, in the same form, so that what an
 * administrator has written by hand is never rewritten. They count more than those of the policy.
 */
#ifndef KMENDD_PINS_H
#define KMENDD_PINS_H

struct config;
struct diag_list;
struct policy;

/* Add them to a policy; no file is no pin. Diagnosed as policy_read() does. */
int pins_read(const struct config *config, struct diag_list *diags, struct policy *policy);

/* Pin a patch to a version. Returns 0 or a negative errno, diagnosed (KM664: cannot be written). */
int pins_set(const struct config *config, const char *name, const char *version,
	     struct diag_list *diags);

/* The reverse. -ENOENT when there is no such pin (KM665). */
int pins_lift(const struct config *config, const char *name, struct diag_list *diags);

#endif
