// SPDX-License-Identifier: GPL-2.0
/*
 * A module to be patched. /proc/core_target/
 *   value   what target_value() returns: 1
 *   sleep   reading calls target_sleep(), which waits for the gate and returns 1
 *   gate    write 1 to open, 0 to close
 *   slow    "VALUE OTHER" of one target_slow_pair(), which waits for the gate between the calls
 *   pair    value and target_other() in one read, as "1 1"
 *   pairs   write N: call target_pair() N times, which calls both with time between; reading
 *           tells how many pairs there were in all: "OLD NEW MIXED"
 *   spin    write N: call target_value() N times; reading tells how often it was not 1
 */
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>

#include "core_target.h"

static struct core_gate gate;
static unsigned long others;
static atomic64_t old_pairs, new_pairs, mixed_pairs;

noinline int target_value(void);
noinline int target_value(void)
{
	barrier();
	return 1;
}

noinline int target_other(void);
noinline int target_other(void)
{
	barrier();
	return 1;
}

noinline int target_sleep(struct core_gate *waited);
noinline int target_sleep(struct core_gate *waited)
{
	swait_event_idle_exclusive(waited->queue, READ_ONCE(waited->open));
	return 1;
}

noinline notrace int target_untraced(void);
noinline notrace int target_untraced(void)
{
	barrier();
	return 1;
}

/* A task may be made to wait here, between the calls. */
static void dawdle(void)
{
	unsigned int i;

	for (i = 0; i < 200; i++)
		cpu_relax();
	cond_resched();
}

noinline void target_pair(void);
noinline void target_pair(void)
{
	int value = target_value(), other;

	dawdle();
	other = target_other();
	if (value != other)
		atomic64_inc(&mixed_pairs);
	else if (value == 1)
		atomic64_inc(&old_pairs);
	else
		atomic64_inc(&new_pairs);
}

/* The tens are target_value()'s, the others target_other()'s. */
noinline int target_slow_pair(struct core_gate *waited);
noinline int target_slow_pair(struct core_gate *waited)
{
	int value = target_value();

	swait_event_idle_exclusive(waited->queue, READ_ONCE(waited->open));
	return value * 10 + target_other();
}

static int slow_show(struct seq_file *m, void *v)
{
	int pair = target_slow_pair(&gate);

	seq_printf(m, "%d %d\n", pair / 10, pair % 10);
	return 0;
}

static int value_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%d\n", target_value());
	return 0;
}

static int pair_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%d %d\n", target_value(), target_other() + target_untraced() - 1);
	return 0;
}

static int sleep_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%d\n", target_sleep(&gate));
	return 0;
}

static int pairs_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%lld %lld %lld\n", atomic64_read(&old_pairs), atomic64_read(&new_pairs),
		   atomic64_read(&mixed_pairs));
	return 0;
}

static int spin_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%lu\n", others);
	return 0;
}

static ssize_t gate_write(struct file *file, const char __user *buf, size_t size, loff_t *pos)
{
	bool open;
	int r;

	r = kstrtobool_from_user(buf, size, &open);
	if (r)
		return r;
	WRITE_ONCE(gate.open, open);
	if (open)
		swake_up_all(&gate.queue);
	return size;
}

static ssize_t spin_write(struct file *file, const char __user *buf, size_t size, loff_t *pos)
{
	unsigned long n;
	int r;

	r = kstrtoul_from_user(buf, size, 0, &n);
	if (r)
		return r;
	others = 0;
	while (n--)
		others += target_value() != 1;
	return size;
}

static ssize_t pairs_write(struct file *file, const char __user *buf, size_t size, loff_t *pos)
{
	unsigned long n;
	int r;

	r = kstrtoul_from_user(buf, size, 0, &n);
	if (r)
		return r;
	while (n--) {
		target_pair();
		dawdle();
	}
	return size;
}

static int pairs_open(struct inode *inode, struct file *file)
{
	return single_open(file, pairs_show, NULL);
}

static int spin_open(struct inode *inode, struct file *file)
{
	return single_open(file, spin_show, NULL);
}

static const struct proc_ops gate_ops = {
	.proc_write = gate_write,
};

static const struct proc_ops spin_ops = {
	.proc_open = spin_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
	.proc_write = spin_write,
};

static const struct proc_ops pairs_ops = {
	.proc_open = pairs_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
	.proc_write = pairs_write,
};

static struct proc_dir_entry *folder;

static int __init core_target_init(void)
{
	init_swait_queue_head(&gate.queue);
	folder = proc_mkdir("core_target", NULL);
	if (!folder)
		return -ENOMEM;
	if (proc_create_single("value", 0444, folder, value_show) &&
	    proc_create_single("slow", 0444, folder, slow_show) &&
	    proc_create_single("pair", 0444, folder, pair_show) &&
	    proc_create_single("sleep", 0444, folder, sleep_show) &&
	    proc_create("gate", 0200, folder, &gate_ops) &&
	    proc_create("pairs", 0600, folder, &pairs_ops) &&
	    proc_create("spin", 0600, folder, &spin_ops))
		return 0;
	proc_remove(folder);
	return -ENOMEM;
}

static void __exit core_target_exit(void)
{
	proc_remove(folder);
}

module_init(core_target_init);
module_exit(core_target_exit);
MODULE_DESCRIPTION("A target for tests of the kmend core");
MODULE_LICENSE("GPL");
