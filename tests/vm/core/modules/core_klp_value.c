// SPDX-License-Identifier: GPL-2.0
/* The in-tree livepatch engine's patch of what kmend_sleep and kmend_value change. */
#include <linux/livepatch.h>
#include <linux/module.h>

#include "core_target.h"

static int new_value(void)
{
	return 9;
}

static int new_sleep(struct core_gate *waited)
{
	swait_event_idle_exclusive(waited->queue, READ_ONCE(waited->open));
	return 9;
}

static struct klp_func funcs[] = {
	{.old_name = "target_value", .new_func = new_value},
	{.old_name = "target_sleep", .new_func = new_sleep},
	{},
};

static struct klp_object objects[] = {
	{.name = "core_target", .funcs = funcs},
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
MODULE_DESCRIPTION("In-tree livepatch of functions of a module");
MODULE_INFO(livepatch, "Y");
MODULE_LICENSE("GPL");
