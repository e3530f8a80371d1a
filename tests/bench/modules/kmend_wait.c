// SPDX-License-Identifier: GPL-2.0
/* bench_wait() in another version, by kmend. */
#include "bench_wait.h"
#include "patch.h"

static noinline int new_wait(struct wait_queue_head *gate, const bool *open, unsigned int ms)
{
	return bench_wait_body(gate, open, ms, 2);
}

static struct kmend_func funcs[1];

static int __init patch_init(void)
{
	struct lookup lookup;
	int r;

	r = lookup_init(&lookup);
	if (r == 0)
		r = patch_func(&lookup, &funcs[0], "bench_target", "bench_wait", new_wait);
	return r ?: patch_register(&lookup, "wait", funcs, ARRAY_SIZE(funcs));
}

module_init(patch_init);
module_exit(patch_exit);
MODULE_DESCRIPTION("Patch of a function that sleeps, by kmend");
MODULE_LICENSE("GPL");
