// SPDX-License-Identifier: GPL-2.0
/*
 * What torture patches change, called from everywhere: kthreads, a work, timers in hard and soft
 * interrupts and calls between CPUs, as long as the module is loaded; and system calls:
 *   /proc/core_torture   write "N PAUSE" to call the chain N times, for some milliseconds at most;
 *                        reading gives a line for each
 *                        context, "NAME OLD NEW MIXED": calls of old and of replaced chains, and
 *                        pairs of different versions on one stack
 */
#include <linux/hash.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/kthread.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/smp.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>

#include "core_torture.h"

#define OLD_VERSION 1
#define NR_KTHREADS 4
#define TIMER_NS    1000000
#define NR_SEATS    1024

static atomic64_t old_calls[_TORTURE_CONTEXT_MAX], new_calls[_TORTURE_CONTEXT_MAX];
static atomic64_t mixed_pairs[_TORTURE_CONTEXT_MAX];
static atomic64_t seats_missing;
static struct task_struct *kthreads[NR_KTHREADS];
static bool stopping;

static void mixed(enum torture_context context, int seen, int version)
{
	atomic64_inc(&mixed_pairs[context]);
	WARN_ONCE(1, "core_torture: versions %d and %d on one stack, in context %d\n", seen,
		  version, context);
}

void torture_compare(const struct torture_call *call, int version)
{
	if (call->version != version)
		mixed(call->context, call->version, version);
}
EXPORT_SYMBOL_GPL(torture_compare);

void torture_count(const struct torture_call *call)
{
	if (call->version == OLD_VERSION)
		atomic64_inc(&old_calls[call->context]);
	else
		atomic64_inc(&new_calls[call->context]);
}
EXPORT_SYMBOL_GPL(torture_count);

static void spin(void)
{
	unsigned int i;

	for (i = 0; i < 100; i++)
		cpu_relax();
}

void torture_pause(const struct torture_call *call)
{
	switch (call->pause) {
	case TORTURE_SPIN:
		spin();
		break;
	case TORTURE_YIELD:
		spin();
		cond_resched();
		break;
	case TORTURE_SLEEP:
		usleep_range(200, 2000);
		break;
	default:
		break;
	}
}
EXPORT_SYMBOL_GPL(torture_pause);

noinline void torture_outer(struct torture_call *call)
{
	torture_outer_body(call, OLD_VERSION);
}
EXPORT_SYMBOL_GPL(torture_outer);

noinline void torture_middle(struct torture_call *call)
{
	torture_middle_body(call, OLD_VERSION);
}
EXPORT_SYMBOL_GPL(torture_middle);

noinline void torture_inner(struct torture_call *call)
{
	torture_inner_body(call, OLD_VERSION);
}
EXPORT_SYMBOL_GPL(torture_inner);

/* Seats: a hash with open addressing by task and pair, without a lock. */
struct torture_seat {
	unsigned long key; /* 0: free */
	int version;
	unsigned int calls; /* of the inner function */
};

static struct torture_seat seats[NR_SEATS];

static unsigned long seat_key(unsigned int pair)
{
	return (unsigned long)current + pair;
}

static struct torture_seat *seat_at(unsigned long key, unsigned int try)
{
	return &seats[(hash_long(key, 10) + try) % NR_SEATS];
}

struct torture_seat *torture_seat_take(unsigned int pair, int version)
{
	unsigned long key = seat_key(pair);
	unsigned int i;

	for (i = 0; i < NR_SEATS; i++) {
		struct torture_seat *seat = seat_at(key, i);

		if (READ_ONCE(seat->key) || cmpxchg(&seat->key, 0, key) != 0)
			continue;
		seat->version = version;
		seat->calls = 0;
		return seat;
	}
	atomic64_inc(&seats_missing);
	return NULL;
}
EXPORT_SYMBOL_GPL(torture_seat_take);

void torture_seat_find(unsigned int pair, int version)
{
	unsigned long key = seat_key(pair);
	unsigned int i;

	for (i = 0; i < NR_SEATS; i++) {
		struct torture_seat *seat = seat_at(key, i);

		if (READ_ONCE(seat->key) != key)
			continue;
		seat->calls++;
		if (seat->version != version)
			mixed(TORTURE_VMLINUX, seat->version, version);
		return;
	}
	if (atomic64_read(&seats_missing) == 0)
		mixed(TORTURE_VMLINUX, OLD_VERSION, version);
}
EXPORT_SYMBOL_GPL(torture_seat_find);

void torture_seat_leave(struct torture_seat *seat, bool was_called)
{
	if (!seat)
		return;
	atomic64_inc(&new_calls[TORTURE_VMLINUX]);
	if (was_called && seat->calls == 0)
		mixed(TORTURE_VMLINUX, seat->version, OLD_VERSION);
	smp_store_release(&seat->key, 0);
}
EXPORT_SYMBOL_GPL(torture_seat_leave);

static void call_chain(enum torture_context context, enum torture_pause pause)
{
	struct torture_call call = {.context = context, .pause = pause};

	torture_outer(&call);
}

static int kthread_main(void *data)
{
	unsigned long number = (unsigned long)data, i;

	for (i = 0; !kthread_should_stop(); i++) {
		/* The first is nearly always in there; the others come and go. */
		call_chain(TORTURE_KTHREAD, number == 0 ? TORTURE_SLEEP : i % (TORTURE_SLEEP + 1));
		if (number && i % 16 == 0)
			usleep_range(100, 500);
	}
	return 0;
}

static void ipi_main(void *data)
{
	call_chain(TORTURE_IPI, TORTURE_SPIN);
}

static void work_main(struct work_struct *work)
{
	static unsigned int turn;

	call_chain(TORTURE_WORK, ++turn % (TORTURE_SLEEP + 1));
	on_each_cpu(ipi_main, NULL, 0);
	if (!READ_ONCE(stopping))
		schedule_delayed_work(to_delayed_work(work), 1);
}

static DECLARE_DELAYED_WORK(work, work_main);

static void tasklet_main(struct tasklet_struct *tasklet)
{
	call_chain(TORTURE_SOFTIRQ, TORTURE_SPIN);
}

static DECLARE_TASKLET(tasklet, tasklet_main);
static struct hrtimer timer;

static enum hrtimer_restart timer_main(struct hrtimer *which)
{
	u64 start = ktime_get_ns();

	call_chain(TORTURE_HARDIRQ, TORTURE_SPIN);
	tasklet_schedule(&tasklet);
	/* Slow kernels have something else to do, too. */
	hrtimer_forward_now(which, ns_to_ktime(TIMER_NS + 10 * (ktime_get_ns() - start)));
	return HRTIMER_RESTART;
}

static int torture_show(struct seq_file *m, void *v)
{
	static const char *const names[] = {"syscall", "kthread", "work",   "softirq",
					    "hardirq", "ipi",     "vmlinux"};
	unsigned int i;

	for (i = 0; i < _TORTURE_CONTEXT_MAX; i++)
		seq_printf(m, "%s %lld %lld %lld\n", names[i], atomic64_read(&old_calls[i]),
			   atomic64_read(&new_calls[i]), atomic64_read(&mixed_pairs[i]));
	return 0;
}

static int torture_open(struct inode *inode, struct file *file)
{
	return single_open(file, torture_show, NULL);
}

static ssize_t torture_write(struct file *file, const char __user *buf, size_t size, loff_t *pos)
{
	char text[32] = "";
	/* A task that never waits holds up RCU's grace periods for tasks, and with them every revert. */
	unsigned long enough = jiffies + msecs_to_jiffies(10) + 1;
	unsigned int n, pause;

	if (size >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, buf, size))
		return -EFAULT;
	if (sscanf(text, "%u %u", &n, &pause) != 2 || pause > TORTURE_SLEEP)
		return -EINVAL;
	while (n-- && !fatal_signal_pending(current) && time_before(jiffies, enough))
		call_chain(TORTURE_SYSCALL, pause);
	return size;
}

static const struct proc_ops torture_ops = {
	.proc_open = torture_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
	.proc_write = torture_write,
};

static void stop(void)
{
	unsigned int i;

	remove_proc_entry("core_torture", NULL);
	hrtimer_cancel(&timer);
	tasklet_kill(&tasklet);
	WRITE_ONCE(stopping, true);
	cancel_delayed_work_sync(&work);
	for (i = 0; i < NR_KTHREADS && kthreads[i]; i++)
		kthread_stop(kthreads[i]);
}

static int __init core_torture_init(void)
{
	unsigned long i;

	hrtimer_init(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	timer.function = timer_main;
	if (!proc_create("core_torture", 0600, NULL, &torture_ops))
		return -ENOMEM;
	for (i = 0; i < NR_KTHREADS; i++) {
		struct task_struct *task = kthread_run(kthread_main, (void *)i, "torture/%lu", i);

		if (IS_ERR(task)) {
			stop();
			return PTR_ERR(task);
		}
		kthreads[i] = task;
	}
	schedule_delayed_work(&work, 1);
	hrtimer_start(&timer, ns_to_ktime(TIMER_NS), HRTIMER_MODE_REL_HARD);
	return 0;
}

static void __exit core_torture_exit(void)
{
	stop();
}

module_init(core_torture_init);
module_exit(core_torture_exit);
MODULE_DESCRIPTION("Functions that are never left alone, and see that their versions agree");
MODULE_LICENSE("GPL");
