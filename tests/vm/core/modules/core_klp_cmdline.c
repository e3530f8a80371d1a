// SPDX-License-Identifier: GPL-2.0
/* The in-tree livepatch engine's patch of what kmend_cmdline changes. */
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/seq_file.h>

static int new_show(struct seq_file *m, void *v)
{
	seq_puts(m, "patched in-tree\n");
	return 0;
}

static struct klp_func funcs[] = {
	{.old_name = "cmdline_proc_show", .new_func = new_show},
	{},
};

static struct klp_object objects[] = {
	{.funcs = funcs},
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
MODULE_DESCRIPTION("In-tree livepatch of a function of vmlinux");
MODULE_INFO(livepatch, "Y");
MODULE_LICENSE("GPL");
