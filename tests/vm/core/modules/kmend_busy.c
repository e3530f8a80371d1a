// SPDX-License-Identifier: GPL-2.0
/* busy_work() returns 2. */
#include <linux/delay.h>

#include "patch.h"

static noinline int new_work(unsigned int ms)
{
	msleep(ms);
	return 2;
}

static struct kmend_func funcs[1];

static int __init patch_init(void)
{
	struct lookup lookup;
	int r;

	r = lookup_init(&lookup);
	if (r == 0)
		r = patch_func(&lookup, &funcs[0], "core_busy", "busy_work", new_work);
	return r ?: patch_register(&lookup, "busy", funcs, ARRAY_SIZE(funcs));
}

module_init(patch_init);
module_exit(patch_exit);
MODULE_DESCRIPTION("Test patch of what a kernel thread always does");
MODULE_LICENSE("GPL");
