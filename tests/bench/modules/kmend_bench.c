// SPDX-License-Identifier: GPL-2.0
/* bench_function() returns 2, by kmend. */
#include "patch.h"

static noinline int new_function(void)
{
	barrier();
	return 2;
}

static struct kmend_func funcs[1];

static int __init patch_init(void)
{
	struct lookup lookup;
	int r;

	r = lookup_init(&lookup);
	if (r == 0)
		r = patch_func(&lookup, &funcs[0], "bench_target", "bench_function", new_function);
	return r ?: patch_register(&lookup, "bench", funcs, ARRAY_SIZE(funcs));
}

module_init(patch_init);
module_exit(patch_exit);
MODULE_DESCRIPTION("Patch of the benchmark's function by kmend");
MODULE_LICENSE("GPL");
