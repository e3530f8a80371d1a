// SPDX-License-Identifier: GPL-2.0
/* The in-tree livepatch engine's patch of late_value(), also for a module that comes later. */
#include <linux/livepatch.h>
#include <linux/module.h>

static int new_value(void)
{
	return 9;
}

static struct klp_func funcs[] = {
	{.old_name = "late_value", .new_func = new_value},
	{},
};

static struct klp_object objects[] = {
	{.name = "core_late", .funcs = funcs},
	{},
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objects,
};

static int __init core_klp_init(void)
{
	return klp_enable_patch(&patch);
}

static void __exit core_klp_exit(void)
{
}

module_init(core_klp_init);
module_exit(core_klp_exit);
MODULE_DESCRIPTION("In-tree livepatch of a module that comes later");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
