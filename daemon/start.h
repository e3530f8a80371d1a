/* SPDX-License-Identifier: GPL-2.0 */
/* What the daemon makes, at its start, of what the last one left on disk. */
#ifndef KMENDD_START_H
#define KMENDD_START_H

#include <stdint.h>

struct diag_list;
struct quarantine;

struct start_result {
	char **leftovers; /* patches that must not stay in the kernel unless they are in force */
	int broken; /* what was under way cannot be found out, or not be noted: change nothing */
};

/*
 * Judge the guard in the state folder: note the generation that it stands for as interrupted or
 * quarantined, put the patches of a change under which the machine died into quarantine, and
 * remove the guard unless there is something left to undo. current: the generation in force.
 */
void start_judge(const char *state, uint64_t current, const char *boot_id,
		 struct quarantine *quarantine, struct start_result *ret);

void start_result_done(struct start_result *result);

#endif
