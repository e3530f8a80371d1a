// SPDX-License-Identifier: GPL-2.0
/*
 * A function to be patched, bench_function(). /proc/bench_target: writing N calls it N times;
 * reading gives "NANOSECONDS RESULT", of all those calls and of the last. In a guest that counts
 * instructions as time (QEMU -icount shift=0) a nanosecond is an instruction.
 */
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>

#include "bench_wait.h"

static DECLARE_WAIT_QUEUE_HEAD(gate);
static bool open_gate;
static u64 spent_ns;
static int result;

noinline int bench_function(void);
noinline int bench_function(void)
{
	barrier();
	return 1;
}

noinline int bench_wait(struct wait_queue_head *at, const bool *open, unsigned int ms)
{
	return bench_wait_body(at, open, ms, 1);
}

static int bench_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%llu %d\n", spent_ns, result);
	return 0;
}

static int bench_open(struct inode *inode, struct file *file)
{
	return single_open(file, bench_show, NULL);
}

static ssize_t bench_write(struct file *file, const char __user *buf, size_t size, loff_t *pos)
{
	unsigned long n;
	u64 start;
	int r;

	r = kstrtoul_from_user(buf, size, 0, &n);
	if (r)
		return r;
	preempt_disable();
	start = ktime_get_mono_fast_ns();
	while (n--)
		result = bench_function();
	spent_ns = ktime_get_mono_fast_ns() - start;
	preempt_enable();
	return size;
}

static const struct proc_ops bench_ops = {
	.proc_open = bench_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
	.proc_write = bench_write,
};

static ssize_t wait_write(struct file *file, const char __user *buf, size_t size, loff_t *pos)
{
	unsigned int ms;
	int r;

	r = kstrtouint_from_user(buf, size, 0, &ms);
	if (r)
		return r;
	bench_wait(&gate, &open_gate, ms);
	return size;
}

static ssize_t gate_write(struct file *file, const char __user *buf, size_t size, loff_t *pos)
{
	bool value;
	int r;

	r = kstrtobool_from_user(buf, size, &value);
	if (r)
		return r;
	WRITE_ONCE(open_gate, value);
	wake_up_all(&gate);
	return size;
}

static const struct proc_ops wait_ops = {
	.proc_write = wait_write,
};

static const struct proc_ops gate_ops = {
	.proc_write = gate_write,
};

static int __init bench_target_init(void)
{
	if (proc_create("bench_target", 0600, NULL, &bench_ops) &&
	    proc_create("bench_wait", 0200, NULL, &wait_ops) &&
	    proc_create("bench_gate", 0200, NULL, &gate_ops))
		return 0;
	return -ENOMEM;
}

static void __exit bench_target_exit(void)
{
	remove_proc_entry("bench_gate", NULL);
	remove_proc_entry("bench_wait", NULL);
	remove_proc_entry("bench_target", NULL);
}

module_init(bench_target_init);
module_exit(bench_target_exit);
MODULE_DESCRIPTION("A function to compare live patching engines with");
MODULE_LICENSE("GPL");
