/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is asked of the core, in its own words. Each returns 0 when it is done or goes on by itself,
 * or a negative errno when it is refused, which has been said. All of them need kmend_lock, which
 * is released while callbacks run.
 */
#ifndef KMEND_REQUEST_H
#define KMEND_REQUEST_H

#include <linux/types.h>

struct patch;

/* Apply or revert one patch, which is what a write to its "enabled" asks. */
int request_apply(struct patch *patch);
int request_revert(struct patch *patch);

/* Several in one transition, "+NAME -NAME ..."; the text is changed. */
int request_words(char *text);

#endif
