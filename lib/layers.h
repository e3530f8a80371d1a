/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Folders in layers, as systemd has them for units: what a folder has hides what later ones have
 * by the same name, and a link to /dev/null in its place masks it.
 */
#ifndef KMEND_LIB_LAYERS_H
#define KMEND_LIB_LAYERS_H

#include <stdbool.h>
#include <stddef.h>

#include "cleanup.h"

struct layers_entry {
	char *name;
	char *path;
	bool masked;
};

struct layers {
	struct layers_entry *items; /* sorted by name; none begins with a dot */
	size_t n;
};

/*
 * List folders, the first one first in precedence. One that does not exist is empty.
 * Returns 0, -E2BIG when there are more than max names, or another negative errno: then
 * *ret_folder, where it is not NULL, is the folder that could not be read.
 */
int layers_read(char *const *folders, size_t max, struct layers *ret, const char **ret_folder);

const struct layers_entry *layers_find(const struct layers *layers, const char *name);

void layers_done(struct layers *layers);

#define _cleanup_layers_ _cleanup_(layers_done)

#endif
