// SPDX-License-Identifier: GPL-2.0
/* Replaces the first "count" functions of bench_many, by the in-tree livepatch engine. */
#include <linux/livepatch.h>
#include <linux/module.h>

#include "bench_many.h"

#define NEW(n)                            \
	static noinline int new_##n(void) \
	{                                 \
		barrier();                \
		return 3;                 \
	}
BENCH_MANY(NEW)

#define FUNC(n) {.old_name = "many_" #n, .new_func = new_##n},
static struct klp_func funcs[BENCH_NR_MANY + 1] = {BENCH_MANY(FUNC)};

static struct klp_object objects[] = {
	{.name = "bench_many", .funcs = funcs},
	{},
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objects,
};

static unsigned int count = BENCH_NR_MANY;
module_param(count, uint, 0);

static int __init many_init(void)
{
	if (count == 0 || count > BENCH_NR_MANY)
		return -EINVAL;
	memset(&funcs[count], 0, sizeof(funcs[count]));
	return klp_enable_patch(&patch);
}

static void __exit many_exit(void)
{
}

module_init(many_init);
module_exit(many_exit);
MODULE_DESCRIPTION("Patch of many functions by the in-tree engine");
MODULE_INFO(livepatch, "Y");
MODULE_LICENSE("GPL");
