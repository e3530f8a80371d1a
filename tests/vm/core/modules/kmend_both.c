// SPDX-License-Identifier: GPL-2.0
/*
 * target_value() and target_other() return 4; nobody may be in target_pair() or target_slow_pair()
 * while they change.
 */
#include "patch.h"

static noinline int new_value(void)
{
	barrier();
	return 4;
}

static noinline int new_other(void)
{
	barrier();
	return 4;
}

static struct kmend_func funcs[4];

static int __init patch_init(void)
{
	struct lookup lookup;
	unsigned int i;
	int r;

	r = lookup_init(&lookup);
	if (r == 0)
		r = patch_func(&lookup, &funcs[0], "core_target", "target_other", new_other);
	if (r == 0)
		r = patch_func(&lookup, &funcs[1], "core_target", "target_value", new_value);
	if (r == 0)
		r = patch_func(&lookup, &funcs[2], "core_target", "target_pair", new_other);
	if (r == 0)
		r = patch_func(&lookup, &funcs[3], "core_target", "target_slow_pair", new_other);
	for (i = 2; i < ARRAY_SIZE(funcs); i++) {
		funcs[i].flags = KMEND_FUNC_RANGE;
		funcs[i].new_addr = 0;
		funcs[i].new_size = 0;
	}
	return r ?: patch_register(&lookup, "both", funcs, ARRAY_SIZE(funcs));
}

module_init(patch_init);
module_exit(patch_exit);
MODULE_DESCRIPTION("Test patch of two functions of a module");
MODULE_LICENSE("GPL");
