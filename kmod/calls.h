/* SPDX-License-Identifier: GPL-2.0 */
/* How many calls each new function has taken, counted by the handler unless that is turned off. */
#ifndef KMEND_CALLS_H
#define KMEND_CALLS_H

#include <linux/jump_label.h>
#include <linux/percpu.h>

#include "site.h"

struct func;
struct patch;

DECLARE_STATIC_KEY_TRUE(calls_are_counted);

/* One more. In any context; nothing but a NOP or a jump where they are not counted. */
static __always_inline void calls_count(const struct version *version)
{
	if (static_branch_likely(&calls_are_counted))
		this_cpu_inc(*version->calls);
}

/* Begin anew, for an apply. No handler may count for the patch. */
void calls_reset(const struct patch *patch);

u64 calls_taken(const struct func *func);

/* Count from now on, or do not: what was counted stays. May sleep. */
void calls_set_counted(bool on);
bool calls_counted(void);

/* As the module's parameter has it. */
void calls_init(void);

#endif
