// SPDX-License-Identifier: GPL-2.0
#include "pending.h"

#include <linux/atomic.h>
#include <linux/ctype.h>
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/wait.h>

#include "compat.h"
#include "fault.h"
#include "ranges.h"
#include "stack.h"
#include "trace.h"

#define STACK_DEPTH 16

/* In "word": it has changed sides. What is above counts its calls on the old side. */
#define SWITCHED 1
#define CALL     2

struct pending_task {
	struct task_struct *task; /* in the table for as long as the table is */
	bool is_held; /* a reference to it */
	bool is_looking; /* it is looking at its own stack: only it writes this */
	bool is_stamped;
	atomic_t word;
	unsigned long stamp; /* if is_stamped: it was inside then */
	unsigned long inside;
};

/* Tasks and slots for them, by their addresses; at least half of the slots are empty. */
struct storage {
	struct storage *older; /* that were too small */
	unsigned int room; /* a power of two */
	struct pending_task **slots; /* twice as many */
	struct pending_task tasks[];
};

struct pending {
	const struct code_ranges *ranges;
	unsigned int nr;
	struct storage *storage; /* replaced while the table is not in use */
};

static struct pending tables[2];

struct pending *notrace pending_table(unsigned int number)
{
	return &tables[number];
}

static __always_inline unsigned int slot_of(const struct storage *storage,
					    const struct task_struct *task)
{
	return hash_ptr(task, ilog2(storage->room) + 1);
}

static __always_inline struct pending_task *find(const struct pending *pending,
						 const struct task_struct *task)
{
	const struct storage *storage = READ_ONCE(pending->storage);
	struct pending_task *item;
	unsigned int slot;

	if (READ_ONCE(pending->nr) == 0)
		return NULL;
	slot = slot_of(storage, task);
	while ((item = READ_ONCE(storage->slots[slot])) && item->task != task)
		slot = (slot + 1) & (2 * storage->room - 1);
	return item;
}

static __always_inline bool is_switched(const struct pending_task *item)
{
	return atomic_read(&item->word) & SWITCHED;
}

static struct storage *storage_new(unsigned int room)
{
	struct storage *storage;

	storage = FALLIBLE(NULL, kvzalloc(struct_size(storage, tasks, room), GFP_KERNEL));
	if (!storage)
		return NULL;
	storage->room = room;
	storage->slots =
		FALLIBLE(NULL, kvcalloc(2 * (size_t)room, sizeof(*storage->slots), GFP_KERNEL));
	if (!storage->slots) {
		kvfree(storage);
		return NULL;
	}
	return storage;
}

void pending_clear(struct pending *pending)
{
	WRITE_ONCE(pending->nr, 0);
}

int pending_prepare(struct pending *pending, const struct code_ranges *ranges, unsigned int room)
{
	struct storage *storage = pending->storage;

	pending_clear(pending);
	if (!storage || storage->room < room) {
		storage = storage_new(roundup_pow_of_two(room));
		if (!storage)
			return -ENOMEM;
		storage->older = pending->storage;
		WRITE_ONCE(pending->storage, storage);
	}
	memset(storage->slots, 0, 2 * (size_t)storage->room * sizeof(*storage->slots));
	pending->ranges = ranges;
	return 0;
}

void pending_change_ranges(const struct code_ranges *old, const struct code_ranges *ranges)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tables); i++)
		if (tables[i].ranges == old)
			/* They are complete for a straggler who looks at them now. */
			smp_store_release(&tables[i].ranges, ranges);
}

int pending_add(struct pending *pending, struct task_struct *task, unsigned long inside)
{
	struct storage *storage = pending->storage;
	unsigned int slot = slot_of(storage, task);
	struct pending_task *item;

	if (pending->nr == storage->room)
		return -ENOSPC;
	item = &storage->tasks[pending->nr];
	*item = (struct pending_task){
		.task = get_task_struct(task),
		.is_held = true,
		.is_stamped = true,
		.stamp = stack_stamp(task),
		.inside = inside,
	};
	while (storage->slots[slot])
		slot = (slot + 1) & (2 * storage->room - 1);
	WRITE_ONCE(storage->slots[slot], item);
	WRITE_ONCE(pending->nr, pending->nr + 1);
	return 0;
}

bool pending_holds(const struct pending *pending, const struct task_struct *task)
{
	const struct pending_task *item = find(pending, task);

	return item && !is_switched(item);
}

/*
 * The unwinder may be traced and even patched: then the handler comes back to here, for the same
 * task, and must not look at the stack again.
 */
static __always_inline bool look_at_self(const struct pending *pending, struct pending_task *item,
					 unsigned long ip)
{
	bool outside;

	if (READ_ONCE(item->is_looking))
		return false;
	WRITE_ONCE(item->is_looking, true);
	barrier();
	outside = stack_was_outside(READ_ONCE(pending->ranges), ip);
	barrier();
	WRITE_ONCE(item->is_looking, false);
	return outside;
}

/*
 * A recheck may find the task outside at the very moment when it goes in again. It switches it only
 * if it has not counted a call since before it looked; and one that is counted is not switched.
 */
bool notrace pending_keeps_current(struct pending *pending, unsigned long ip)
{
	struct pending_task *item = find(pending, current);
	int word;

	if (!item || is_switched(item))
		return false;
	if (look_at_self(pending, item, ip)) {
		atomic_or(SWITCHED, &item->word);
		return false;
	}
	word = atomic_read(&item->word);
	do {
		if (word & SWITCHED)
			return false;
	} while (!atomic_try_cmpxchg(&item->word, &word, word + CALL));
	return true;
}

struct question {
	const struct pending *pending;
	struct pending_task *item;
};

/* On the CPU that runs it, if it still does, above whatever it is doing. */
static void interrupt_task(void *data)
{
	const struct question *question = data;
	struct pending_task *item = question->item;

	if (item->task != current || READ_ONCE(item->is_looking))
		return;
	if (stack_look(question->pending->ranges, current, &item->inside) == 0)
		atomic_or(SWITCHED, &item->word);
}

static void recheck_running(const struct pending *pending, struct pending_task *item)
{
	struct question question = {pending, item};

	item->is_stamped = false;
	/* An idle task of a CPU that is off begins anew when that comes back. */
	if (smp_call_function_single(task_cpu(item->task), interrupt_task, &question, 1) &&
	    is_idle_task(item->task))
		atomic_or(SWITCHED, &item->word);
}

static void recheck_sleeping(const struct pending *pending, struct pending_task *item)
{
	struct task_struct *task = item->task;
	int word = atomic_read(&item->word), r;
	unsigned long inside = 0, stamp = stack_stamp(task);

	/* Pairs with the scheduler: the count grows before a task that ran is off its CPU. */
	smp_rmb();
	if (task_on_any_cpu(task) || (item->is_stamped && item->stamp == stamp))
		return;
	r = stack_look(pending->ranges, task, &inside);
	/* Pairs with the same. */
	smp_rmb();
	if (task_on_any_cpu(task) || stack_stamp(task) != stamp)
		return;
	item->inside = inside;
	item->stamp = stamp;
	item->is_stamped = true;
	if (r == 0)
		atomic_cmpxchg(&item->word, word, word | SWITCHED);
}

static void recheck(const struct pending *pending, struct pending_task *item)
{
	if (!stack_get(item->task)) {
		/* It is dead, and runs nothing any more. */
		atomic_or(SWITCHED, &item->word);
		return;
	}
	if (task_on_any_cpu(item->task))
		recheck_running(pending, item);
	else
		recheck_sleeping(pending, item);
	stack_put(item->task);
}

static void let_go(struct pending_task *item)
{
	if (item->is_held)
		put_task_struct(item->task);
	item->is_held = false;
}

unsigned int pending_recheck(struct pending *pending)
{
	unsigned int i, left = 0;

	for (i = 0; i < pending->nr; i++) {
		struct pending_task *item = &pending->storage->tasks[i];

		if (!is_switched(item))
			recheck(pending, item);
		if (is_switched(item))
			let_go(item);
		else
			left++;
		cond_resched();
	}
	return left;
}

static void kick(struct task_struct *task)
{
	/* wake_up_state(), which is not exported, by way of a function that is. */
	struct wait_queue_entry waiter = {.private = task};
	bool is_kthread = task->flags & PF_KTHREAD;

	if (!is_kthread && test_and_set_tsk_thread_flag(task, TIF_NOTIFY_SIGNAL))
		return;
	if (!default_wake_function(&waiter, TASK_INTERRUPTIBLE, 0, NULL) && !is_kthread)
		kick_process(task);
}

void pending_kick(struct pending *pending)
{
	unsigned int i;

	for (i = 0; i < pending->nr; i++) {
		struct pending_task *item = &pending->storage->tasks[i];

		if (!is_switched(item) && !is_idle_task(item->task))
			kick(item->task);
	}
}

void pending_release(struct pending *pending)
{
	unsigned int i;

	for (i = 0; i < pending->nr; i++)
		let_go(&pending->storage->tasks[i]);
}

/* A task that is not switched is held. */
static void describe(const struct pending_task *item, struct straggler *ret)
{
	char *p;

	ret->pid = item->task->pid;
	ret->inside = item->inside;
	get_task_comm(ret->comm, item->task);
	for (p = ret->comm; *p; p++)
		if (!isprint(*p))
			*p = '?';
}

unsigned int pending_first(const struct pending *pending, struct straggler *ret)
{
	unsigned int i, nr = 0;

	memset(ret, 0, sizeof(*ret));
	for (i = 0; i < pending->nr; i++) {
		const struct pending_task *item = &pending->storage->tasks[i];

		if (item->is_held && !is_switched(item) && nr++ == 0)
			describe(item, ret);
	}
	return nr;
}

void pending_trace(const struct pending *pending)
{
	unsigned int i;

	if (!trace_kmend_straggler_enabled())
		return;
	for (i = 0; i < pending->nr; i++)
		trace_kmend_straggler(pending->storage->tasks[i].task,
				      READ_ONCE(pending->storage->tasks[i].inside));
}

static int describe_stack(struct task_struct *task, char *text, int size)
{
	unsigned long addresses[STACK_DEPTH];
	unsigned int i, nr = 0;
	int n = 0;

	if (!task_on_any_cpu(task) && stack_get(task)) {
		nr = stack_read(task, addresses, STACK_DEPTH);
		stack_put(task);
	}
	for (i = 0; i < nr; i++)
		n += scnprintf(text + n, size - n, "%s%ps", i ? ", " : "", (void *)addresses[i]);
	return n;
}

ssize_t pending_describe(const struct pending *pending, char *page)
{
	unsigned int i;
	ssize_t n = 0;

	page[0] = '\0';
	for (i = 0; i < pending->nr; i++) {
		const struct pending_task *item = &pending->storage->tasks[i];
		struct straggler straggler;
		ssize_t begin = n;

		if (!item->is_held || is_switched(item))
			continue;
		describe(item, &straggler);
		n += scnprintf(page + n, PAGE_SIZE - n, "%d\t%s\t", straggler.pid, straggler.comm);
		n += straggler.inside ?
			     scnprintf(page + n, PAGE_SIZE - n, "%ps\t", (void *)straggler.inside) :
			     scnprintf(page + n, PAGE_SIZE - n, "?\t");
		n += describe_stack(item->task, page + n, PAGE_SIZE - n);
		n += scnprintf(page + n, PAGE_SIZE - n, "\n");
		if (n >= (ssize_t)PAGE_SIZE - 1) {
			page[begin] = '\0';
			return begin;
		}
	}
	return n;
}

void pending_exit(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tables); i++) {
		while (tables[i].storage) {
			struct storage *storage = tables[i].storage;

			tables[i].storage = storage->older;
			kvfree(storage->slots);
			kvfree(storage);
		}
	}
}
