// SPDX-License-Identifier: GPL-2.0
#include "survey.h"

#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "compat.h"
#include "fault.h"
#include "stack.h"

/* More tasks than there were when they were counted. */
#define NEW_TASKS 64

/* How far tasks that have changed places in the kernel's list are looked for. */
#define LOOK_AHEAD 16

struct finding {
	struct task_struct *task; /* referenced */
	unsigned long stamp;
	unsigned long inside;
	enum survey_finding finding;
};

struct survey {
	unsigned int nr, room;
	unsigned int next; /* where the next task is expected */
	unsigned int nr_inside;
	struct finding items[]; /* in the order of the kernel's list */
};

static unsigned int count_tasks(void)
{
	struct task_struct *group, *task;
	unsigned int nr = 0;

	rcu_read_lock();
	for_each_process_thread(group, task)
		nr++;
	rcu_read_unlock();
	return nr;
}

static void collect(struct survey *survey)
{
	struct task_struct *group, *task;

	rcu_read_lock();
	for_each_process_thread(group, task) {
		if (survey->nr == survey->room)
			goto out;
		survey->items[survey->nr++].task = get_task_struct(task);
	}
out:
	rcu_read_unlock();
}

static void look_at(const struct code_ranges *ranges, struct finding *item)
{
	struct task_struct *task = item->task;
	int r;

	if (task_on_any_cpu(task) || !stack_get(task))
		return;
	item->stamp = stack_stamp(task);
	/* Pairs with the scheduler: the count grows before a task that ran is off its CPU. */
	smp_rmb();
	if (!task_on_any_cpu(task)) {
		r = stack_look(ranges, task, &item->inside);
		/* Pairs with the same. */
		smp_rmb();
		if (!task_on_any_cpu(task) && stack_stamp(task) == item->stamp)
			item->finding = r ? SURVEY_INSIDE : SURVEY_OUTSIDE;
	}
	stack_put(task);
}

struct survey *survey_take(const struct code_ranges *ranges)
{
	unsigned int i, room = count_tasks() + NEW_TASKS;
	struct survey *survey;

	survey = FALLIBLE(NULL, kvzalloc(struct_size(survey, items, room), GFP_KERNEL));
	if (!survey)
		return NULL;
	survey->room = room;
	collect(survey);
	for (i = 0; i < survey->nr; i++) {
		look_at(ranges, &survey->items[i]);
		survey->nr_inside += survey->items[i].finding == SURVEY_INSIDE;
		cond_resched();
	}
	return survey;
}

void survey_free(struct survey *survey)
{
	unsigned int i;

	for (i = 0; survey && i < survey->nr; i++)
		put_task_struct(survey->items[i].task);
	kvfree(survey);
}

unsigned int survey_inside(const struct survey *survey)
{
	return survey->nr_inside;
}

/* Tasks come and go between two others, and rarely change places. */
static const struct finding *find(struct survey *survey, const struct task_struct *task)
{
	unsigned int i, end;

	if (likely(survey->next < survey->nr && survey->items[survey->next].task == task))
		return &survey->items[survey->next++];
	while (survey->next < survey->nr && !pid_alive(survey->items[survey->next].task))
		survey->next++;
	end = min(survey->next + LOOK_AHEAD, survey->nr);
	for (i = survey->next; i < end; i++) {
		if (survey->items[i].task == task) {
			survey->next = i + 1;
			return &survey->items[i];
		}
	}
	return NULL;
}

enum survey_finding survey_find(struct survey *survey, const struct task_struct *task,
				unsigned long *ret_inside)
{
	const struct finding *item = find(survey, task);

	/* None runs but the threads that stop the machine, of which nothing is to be seen anew. */
	if (!item || stack_stamp(task) != item->stamp)
		return SURVEY_UNKNOWN;
	*ret_inside = item->inside;
	return item->finding;
}
