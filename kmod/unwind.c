// SPDX-License-Identifier: GPL-2.0
#include "unwind.h"

#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sort.h>
#include <linux/stop_machine.h>
#include <linux/timekeeping.h>

#include "compat.h"
#include "symbols.h"

/* One look at all tasks. */
struct pass {
	const struct code_ranges *ranges;
	const struct task_struct *except;
	void (*commit)(void *data);
	void *data;
	struct straggler *straggler;
	unsigned long inside; /* where in the ranges the straggler is; 0: not known */
	u64 stop_ns;
};

struct code_ranges *code_ranges_new(unsigned int nr)
{
	struct code_ranges *ranges;

	return kvzalloc(struct_size(ranges, items, nr), GFP_KERNEL);
}

void code_ranges_add(struct code_ranges *ranges, unsigned long start, unsigned long size)
{
	ranges->items[ranges->nr++] = (struct code_range){start, start + size};
}

static int compare_ranges(const void *a, const void *b)
{
	const struct code_range *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

void code_ranges_finish(struct code_ranges *ranges)
{
	unsigned int i, last = 0;

	if (ranges->nr == 0)
		return;
	sort(ranges->items, ranges->nr, sizeof(ranges->items[0]), compare_ranges, NULL);
	for (i = 1; i < ranges->nr; i++) {
		if (ranges->items[i].start < ranges->items[last].end)
			ranges->items[last].end =
				max(ranges->items[last].end, ranges->items[i].end);
		else
			ranges->items[++last] = ranges->items[i];
	}
	ranges->nr = last + 1;
}

static bool code_ranges_contain(const struct code_ranges *ranges, unsigned long addr)
{
	unsigned int low = 0, high = ranges->nr;

	while (low < high) {
		unsigned int mid = low + (high - low) / 2;

		if (addr < ranges->items[mid].start)
			high = mid;
		else if (addr >= ranges->items[mid].end)
			low = mid + 1;
		else
			return true;
	}
	return false;
}

static bool look_at_address(void *cookie, unsigned long addr)
{
	struct pass *pass = cookie;

	if (!code_ranges_contain(pass->ranges, addr))
		return true;
	pass->inside = addr;
	return false;
}

static unsigned long switches_of(const struct task_struct *task)
{
	return READ_ONCE(task->nvcsw) + READ_ONCE(task->nivcsw);
}

static void remember(struct straggler *straggler, struct task_struct *task)
{
	straggler->task = get_task_struct(task);
	straggler->pid = task->pid;
	straggler->switches = switches_of(task);
	memcpy(straggler->comm, task->comm, sizeof(straggler->comm));
}

/*
 * Tasks that are on another CPU are its stopper thread, in multi_cpu_stop() like this CPU's own,
 * whose stack stands for them all.
 */
static int look_at_task(struct pass *pass, struct task_struct *task)
{
	int r;

	if (task == pass->except)
		return 0;
	if (task != current && task_on_any_cpu(task))
		return 0;
	/* A dead task whose stack has gone already: it runs nothing any more. */
	if (refcount_read(&task->stack_refcount) == 0)
		return 0;

	pass->inside = 0;
	r = kernel.arch_stack_walk_reliable(look_at_address, pass, task);
	if (r == 0)
		return 0;
	remember(pass->straggler, task);
	return -EAGAIN;
}

/*
 * The list of tasks needs no lock here: tasklist_lock is taken for writing with interrupts off, so
 * no CPU can have been stopped while changing the list. On PREEMPT_RT the lock sleeps, and its
 * writer may have been preempted half-way; but nobody can become its writer now.
 */
static bool task_list_is_changing(void)
{
#ifdef CONFIG_PREEMPT_RT
	return atomic_read(&kernel.tasklist_lock->rwbase.readers) == WRITER_BIAS;
#else
	return false;
#endif
}

static int look_at_all_tasks(struct pass *pass)
{
	struct task_struct *group, *task;
	unsigned int cpu;
	int r;

	if (task_list_is_changing())
		return -EAGAIN;
	for_each_process_thread(group, task) {
		r = look_at_task(pass, task);
		if (r)
			return r;
	}

	/* Idle tasks are on no list; those of CPUs that are off begin anew when they come back. */
	for_each_online_cpu(cpu) {
		r = look_at_task(pass, kernel.idle_task(cpu));
		if (r)
			return r;
	}
	return 0;
}

static int machine_is_stopped(void *arg)
{
	struct pass *pass = arg;
	u64 start = ktime_get_mono_fast_ns();
	int r;

	r = look_at_all_tasks(pass);
	if (r == 0 && pass->commit)
		pass->commit(pass->data);
	pass->stop_ns = ktime_get_mono_fast_ns() - start;
	return r;
}

int unwind_all_and_commit(const struct code_ranges *ranges, const struct task_struct *except,
			  void (*commit)(void *data), void *data, struct straggler *ret_straggler,
			  u64 *ret_stop_ns)
{
	struct straggler straggler = {};
	struct pass pass = {
		.ranges = ranges,
		.except = except,
		.commit = commit,
		.data = data,
		.straggler = &straggler,
	};
	int r;

	r = stop_machine(machine_is_stopped, &pass, NULL);
	*ret_stop_ns = pass.stop_ns;
	if (r == 0)
		return 0;
	/* Names are looked up after the machine runs again: that takes long. */
	if (pass.inside)
		snprintf(straggler.function, sizeof(straggler.function), "%ps",
			 (void *)pass.inside);
	else
		strscpy(straggler.function, "?", sizeof(straggler.function));
	*ret_straggler = straggler;
	return r;
}

bool straggler_is_still_there(const struct straggler *straggler)
{
	if (!straggler->task || task_on_any_cpu(straggler->task))
		return false;
	/* Pairs with the scheduler: the count grows before a task that ran is off its CPU. */
	smp_rmb();
	return switches_of(straggler->task) == straggler->switches;
}

void straggler_forget(struct straggler *straggler)
{
	if (straggler->task)
		put_task_struct(straggler->task);
	memset(straggler, 0, sizeof(*straggler));
}
