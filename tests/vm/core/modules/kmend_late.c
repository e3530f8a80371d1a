// SPDX-License-Identifier: GPL-2.0
/*
 * late_value() of core_late returns "result", /proc/cmdline says "patched", and target_sleep() of
 * core_target, which has to be there, returns 2 when it has waited.
 */
#include <linux/seq_file.h>

#include "core_target.h"
#include "late.h"

static int result = 2;
module_param(result, int, 0);

static noinline int new_value(void)
{
	barrier();
	return READ_ONCE(result);
}

static noinline int new_sleep(struct core_gate *waited)
{
	swait_event_idle_exclusive(waited->queue, READ_ONCE(waited->open));
	return 2;
}

static noinline int new_cmdline(struct seq_file *m, void *v)
{
	seq_puts(m, "patched\n");
	return 0;
}

static int __init patch_init(void)
{
	int r;

	r = lookup_init(&late_lookup);
	if (r == 0)
		r = late_func("late_value", new_value);
	if (r == 0)
		r = patch_func(&late_lookup, &late_funcs[late_nr++], "vmlinux", "cmdline_proc_show",
			       new_cmdline);
	if (r == 0)
		r = patch_func(&late_lookup, &late_funcs[late_nr++], "core_target", "target_sleep",
			       new_sleep);
	return r ?: late_register("late");
}

module_init(patch_init);
module_exit(late_unregister);
MODULE_DESCRIPTION("Test patch of a module that comes later");
MODULE_LICENSE("GPL");
