// SPDX-License-Identifier: GPL-2.0
#include "stop.h"

#include <linux/cpumask.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/stop_machine.h>
#include <linux/timekeeping.h>

#include "compat.h"
#include "fault.h"
#include "pending.h"
#include "side.h"
#include "stack.h"
#include "survey.h"
#include "symbols.h"

/* One look at all tasks, by the CPU that comes first; the others wait for it. */
struct pass {
	const struct stop *stop;
	atomic_t arrived;
	bool is_done;
	int result;
	u64 ns;
};

/*
 * Tasks that are on another CPU are its stopper thread, in multi_cpu_stop() like this CPU's own,
 * whose stack stands for them all.
 */
static bool is_other_stopper(const struct task_struct *task)
{
	return task != current && task_on_any_cpu(task);
}

static int look_at_stack(const struct stop *stop, struct task_struct *task)
{
	unsigned long inside = 0;

	if (is_other_stopper(task))
		return 0;
	/* A dead task whose stack has gone already: it runs nothing any more. */
	if (refcount_read(&task->stack_refcount) == 0)
		return 0;
	if (stack_look(stop->ranges, task, &inside) == 0)
		return 0;
	return pending_add(stop->pending, task, inside);
}

static int look_at_task(const struct stop *stop, struct task_struct *task)
{
	unsigned long inside = 0;

	if (task == stop->except)
		return 0;
	if (stop->behind && pending_holds(stop->behind, task))
		return 0;
	switch (stop->survey ? survey_find(stop->survey, task, &inside) : SURVEY_UNKNOWN) {
	case SURVEY_OUTSIDE:
		return 0;
	case SURVEY_INSIDE:
		return pending_add(stop->pending, task, inside);
	default:
		return look_at_stack(stop, task);
	}
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

static int look_at_all_tasks(const struct stop *stop)
{
	struct task_struct *group, *task;
	unsigned int cpu;
	int r;

	if (task_list_is_changing())
		return -EAGAIN;
	for_each_process_thread(group, task) {
		r = look_at_task(stop, task);
		if (r)
			return r;
	}

	/* Idle tasks are on no list; those of CPUs that are off begin anew when they come back. */
	for_each_online_cpu(cpu) {
		task = kernel.idle_task(cpu);
		r = stop->behind && pending_holds(stop->behind, task) ? 0 :
									look_at_stack(stop, task);
		if (r)
			return r;
	}
	return 0;
}

static void lead(struct pass *pass)
{
	u64 start = ktime_get_mono_fast_ns();

	pass->result = look_at_all_tasks(pass->stop);
	if (pass->result == 0)
		side_set_offline(pass->stop->side);
	pass->ns = ktime_get_mono_fast_ns() - start;
	/* Pairs with the acquire of those who wait. */
	smp_store_release(&pass->is_done, true);
}

static int machine_is_stopped(void *arg)
{
	struct pass *pass = arg;

	if (atomic_inc_return(&pass->arrived) == 1)
		lead(pass);
	/* Pairs with the release of the one who leads. */
	while (!smp_load_acquire(&pass->is_done))
		cpu_relax();
	if (pass->result == 0)
		side_set_own(pass->stop->side);
	return pass->result;
}

int stop_and_switch(const struct stop *stop, u64 *ret_ns)
{
	struct pass pass = {.stop = stop, .arrived = ATOMIC_INIT(0)};
	int r;

	r = FALLIBLE(-ENOMEM, stop_machine(machine_is_stopped, &pass, cpu_online_mask));
	*ret_ns = pass.ns;
	return r;
}
