/* SPDX-License-Identifier: GPL-2.0 */
/* A method that returns an array of records, printed as a table or as JSON. */
#ifndef KMENDCTL_LISTING_H
#define KMENDCTL_LISTING_H

#include "verbs.h"

struct json_object;
struct table;

struct listing {
	const char *method, *signature; /* of the Manager; of one record, with its brackets */
	const char *const *heads;
	size_t n_heads;
	/*
	 * Read the next record and add it to array, or, where that is NULL, to table. Returns 1, 0
	 * when there is no further one, or a negative errno.
	 */
	int (*add_next)(sd_bus_message *reply, struct table *table, struct json_object *array);
};

int listing_print(struct ctl *ctl, const struct listing *listing);

#endif
