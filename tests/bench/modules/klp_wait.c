// SPDX-License-Identifier: GPL-2.0
/* bench_wait() in another version, by the in-tree livepatch engine. */
#include <linux/livepatch.h>
#include <linux/module.h>

#include "bench_wait.h"

static noinline int new_wait(struct wait_queue_head *gate, const bool *open, unsigned int ms)
{
	return bench_wait_body(gate, open, ms, 3);
}

static struct klp_func funcs[] = {
	{.old_name = "bench_wait", .new_func = new_wait},
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

static int __init wait_init(void)
{
	return klp_enable_patch(&patch);
}

static void __exit wait_exit(void)
{
}

module_init(wait_init);
module_exit(wait_exit);
MODULE_DESCRIPTION("Patch of a function that sleeps, by the in-tree engine");
MODULE_INFO(livepatch, "Y");
MODULE_LICENSE("GPL");
