// SPDX-License-Identifier: GPL-2.0
#include "calls.h"

#include <linux/init.h>
#include <linux/module.h>

#include "registry.h"

static bool count_calls = true;
module_param(count_calls, bool, 0400);
MODULE_PARM_DESC(count_calls, "Count the calls that new functions take; default: on");

DEFINE_STATIC_KEY_TRUE(calls_are_counted);

void calls_reset(const struct patch *patch)
{
	unsigned int i, cpu;

	for (i = 0; i < patch->nr_funcs; i++) {
		for_each_possible_cpu(cpu) {
			u64 *calls = per_cpu_ptr(patch->funcs[i].version.calls, cpu);

			*calls = 0;
		}
	}
}

u64 calls_taken(const struct func *func)
{
	unsigned int cpu;
	u64 calls = 0;

	for_each_possible_cpu(cpu)
		calls += READ_ONCE(*per_cpu_ptr(func->version.calls, cpu));
	return calls;
}

void calls_set_counted(bool on)
{
	if (on)
		static_branch_enable(&calls_are_counted);
	else
		static_branch_disable(&calls_are_counted);
}

bool calls_counted(void)
{
	return static_key_enabled(&calls_are_counted);
}

void __init calls_init(void)
{
	calls_set_counted(count_calls);
}
