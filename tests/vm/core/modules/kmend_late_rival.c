// SPDX-License-Identifier: GPL-2.0
/* late_value() of core_late returns 3. */
#include "late.h"

static noinline int new_value(void)
{
	barrier();
	return 3;
}

static int __init patch_init(void)
{
	int r;

	r = lookup_init(&late_lookup);
	if (r == 0)
		r = late_func("late_value", new_value);
	return r ?: late_register("late-rival");
}

module_init(patch_init);
module_exit(late_unregister);
MODULE_DESCRIPTION("Another test patch of a module that comes later");
MODULE_LICENSE("GPL");
