// SPDX-License-Identifier: GPL-2.0
/* target_value() returns 3. */
#include "patch.h"

static noinline int new_value(void)
{
	barrier();
	return 3;
}

static struct kmend_func funcs[1];

static int __init patch_init(void)
{
	struct lookup lookup;
	int r;

	r = lookup_init(&lookup);
	if (r == 0)
		r = patch_func(&lookup, &funcs[0], "core_target", "target_value", new_value);
	return r ?: patch_register(&lookup, "rival", funcs, ARRAY_SIZE(funcs));
}

module_init(patch_init);
module_exit(patch_exit);
MODULE_DESCRIPTION("Test patch of one function of a module");
MODULE_LICENSE("GPL");
