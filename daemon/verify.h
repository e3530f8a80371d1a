/* SPDX-License-Identifier: GPL-2.0 */
/* Have the core prove that the redirects of live patches are in effect, in a process of its own. */
#ifndef KMENDD_VERIFY_H
#define KMENDD_VERIFY_H

struct manager;
struct verify;
typedef struct sd_bus_message sd_bus_message;

/*
 * Answer a call, when that is done, with a(sus): of each patch its name, how many redirects are
 * lost, and the core's word on it. names are those of live patches, and copied.
 * Returns 0, -EBUSY when too many are under way, or another negative errno.
 */
int verify_start(struct manager *manager, sd_bus_message *call, char *const *names);

/* End those under way; their calls are not answered. */
void verify_end_all(struct manager *manager);

#endif
