// SPDX-License-Identifier: GPL-2.0
/* target_sleep() waits as before and returns 2. */
#include "core_target.h"
#include "patch.h"

static noinline int new_sleep(struct core_gate *waited)
{
	swait_event_idle_exclusive(waited->queue, READ_ONCE(waited->open));
	return 2;
}

static struct kmend_func funcs[1];

static int __init patch_init(void)
{
	struct lookup lookup;
	int r;

	r = lookup_init(&lookup);
	if (r == 0)
		r = patch_func(&lookup, &funcs[0], "core_target", "target_sleep", new_sleep);
	return r ?: patch_register(&lookup, "sleep", funcs, ARRAY_SIZE(funcs));
}

module_init(patch_init);
module_exit(patch_exit);
MODULE_DESCRIPTION("Test patch of a function that sleeps");
MODULE_LICENSE("GPL");
