// SPDX-License-Identifier: GPL-2.0
/* bench_function() returns 3, by the in-tree livepatch engine. */
#include <linux/livepatch.h>
#include <linux/module.h>

static noinline int new_function(void)
{
	barrier();
	return 3;
}

static struct klp_func funcs[] = {
	{.old_name = "bench_function", .new_func = new_function},
	{},
};

static struct klp_object objects[] = {
	{.name = "bench_target", .funcs = funcs},
	{},
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objects,
};

static int __init bench_klp_init(void)
{
	return klp_enable_patch(&patch);
}

static void __exit bench_klp_exit(void)
{
}

module_init(bench_klp_init);
module_exit(bench_klp_exit);
MODULE_DESCRIPTION("Patch of the benchmark's function by the in-tree engine");
MODULE_INFO(livepatch, "Y");
MODULE_LICENSE("GPL");
