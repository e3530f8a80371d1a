// SPDX-License-Identifier: GPL-2.0
/* A module that is not the kernel's own, to be patched. */
#include <linux/jump_label.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>

#include "twin.h"

static DEFINE_STATIC_KEY_FALSE(key);
static int count;

static noinline int next(void)
{
	return ++count;
}

static int show(struct seq_file *m, void *v)
{
	seq_printf(m, "main %d twin %d", next(), outside_twin());
	if (static_branch_unlikely(&key))
		seq_puts(m, " key");
	seq_puts(m, "\n");
	return 0;
}

static int outside_open(struct inode *inode, struct file *file)
{
	return single_open(file, show, NULL);
}

static ssize_t outside_write(struct file *file, const char __user *data, size_t n, loff_t *at)
{
	char c;

	if (n == 0 || get_user(c, data))
		return -EINVAL;
	if (c == '1')
		static_branch_enable(&key);
	else
		static_branch_disable(&key);
	return n;
}

static const struct proc_ops outside_ops = {
	.proc_open = outside_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_write = outside_write,
	.proc_release = single_release,
};

static int __init outside_init(void)
{
	return proc_create("outside", 0600, NULL, &outside_ops) ? 0 : -ENOMEM;
}
module_init(outside_init);

static void __exit outside_exit(void)
{
	remove_proc_entry("outside", NULL);
}
module_exit(outside_exit);

MODULE_LICENSE("GPL");
MODULE_VERSION("1.0");
