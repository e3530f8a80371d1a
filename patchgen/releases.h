/* SPDX-License-Identifier: GPL-2.0 */
/* One fix for several kernels: each build in a process of its own, one table of what came of it. */
#ifndef PATCHGEN_RELEASES_H
#define PATCHGEN_RELEASES_H

#include "build.h"

/*
 * Append what an argument of --release names: one, several with commas, or "all", those in the
 * cache that patches can be built for. Each is there once.
 */
int releases_add(const char *argument, struct diag_list *diags, char ***releases);

/*
 * Build options->input for each into OUTPUT/RELEASE/NAME and print the table, or one JSON object
 * with a report for each. Returns the program's exit status: the worst of them.
 */
int releases_build(const struct build_options *options, char *const *releases, bool json);

#endif
