// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "guard.h"

#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/irq_work.h>
#include <linux/kthread.h>
#include <linux/math64.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>

#include <kmend/sysfs.h>

#include "harm.h"
#include "registry.h"
#include "report.h"
#include "sysfs.h"
#include "transition.h"

/* How much later than asked for the guard may wake, so that wake-ups can be combined. */
#define SLACK_NS (10 * NSEC_PER_MSEC)

static const char *const state_names[_PROBATION_MAX] = {
	[PROBATION_NONE] = KMEND_PROBATION_NONE,
	[PROBATION_RUNNING] = KMEND_PROBATION_RUNNING,
	[PROBATION_COMMITTED] = KMEND_PROBATION_COMMITTED,
	[PROBATION_EXPIRED] = KMEND_PROBATION_EXPIRED,
	[PROBATION_HARMED] = KMEND_PROBATION_HARMED,
	[PROBATION_REJECTED] = KMEND_PROBATION_REJECTED,
};

/* All registered patches. Changed under kmend_lock, read under RCU from any context. */
static LIST_HEAD(guarded);

/* Its own thread, because workqueues can be starved by others' works; see guard_thread(). */
static struct task_struct *thread;
static atomic_t attention; /* the thread has something to look at */
static u64 last_number; /* of a probation; under kmend_lock */

static void wake_thread(struct irq_work *work)
{
	wake_up_process(thread);
}

/* Also on PREEMPT_RT from the interrupt itself: the threads that serve others may be starved. */
static struct irq_work wake_work = IRQ_WORK_INIT_HARD(wake_thread);

void guard_wake(void)
{
	atomic_set(&attention, 1);
	irq_work_queue(&wake_work);
}

static void set_state(struct patch *patch, enum probation state)
{
	struct guard *guard = &patch->guard;

	if (state != PROBATION_RUNNING)
		WRITE_ONCE(guard->watched, 0);
	if (guard->state == state)
		return;
	guard->state = state;
	sysfs_probation_changed(patch);
}

/*
 * Time is counted by the monotonic clock, which stands still while the machine is suspended. Then
 * neither the patch runs, which could show what is wrong with it, nor those who could commit it: a
 * clock that goes on would revert a good patch at every resume, before user space is thawed.
 */
static ktime_t seconds_from_now(unsigned int seconds)
{
	return ktime_add_ns(ktime_get(), (u64)seconds * NSEC_PER_SEC);
}

static void arm(struct patch *patch)
{
	struct guard *guard = &patch->guard;

	guard->reason[0] = '\0';
	guard->is_due = false;
	guard->armed = guard->seconds;
	if (!guard->armed) {
		set_state(patch, PROBATION_NONE);
		return;
	}
	guard->deadline = seconds_from_now(guard->armed);
	WRITE_ONCE(guard->watched, ++last_number);
	set_state(patch, PROBATION_RUNNING);
	guard_wake();
}

/* It went live only now: it gets its whole time, from here. */
static void begin_anew(struct patch *patch)
{
	struct guard *guard = &patch->guard;
	ktime_t deadline = seconds_from_now(guard->armed);

	if (guard->state != PROBATION_RUNNING)
		return;
	if (ktime_after(deadline, guard->deadline))
		guard->deadline = deadline;
	pr_info("%s: on probation for %u s\n", patch->name, guard->armed);
	guard_wake();
}

void guard_patch_changed(struct patch *patch, int before)
{
	enum probation state = patch->guard.state;

	switch (patch->state) {
	case PATCH_APPLYING:
		/* A revert that is taken back is an apply; what was committed has proven itself. */
		if (before != PATCH_LOADED && state == PROBATION_COMMITTED)
			break;
		arm(patch);
		break;
	case PATCH_LIVE:
		if (before == PATCH_REVERTING && state != PROBATION_COMMITTED)
			arm(patch);
		begin_anew(patch);
		break;
	case PATCH_REVERTING:
		if (state == PROBATION_RUNNING)
			set_state(patch, PROBATION_NONE);
		break;
	default:
		if (state == PROBATION_RUNNING || state == PROBATION_COMMITTED)
			set_state(patch, PROBATION_NONE);
		patch->guard.is_due = false;
	}
	/* Another patch's revert may have waited for the end of this transition. */
	guard_wake();
}

/* End a probation badly; refuse() has just been called with the reason. */
static void condemn(struct patch *patch, enum probation state)
{
	strscpy(patch->guard.reason, patch->last_error, sizeof(patch->guard.reason));
	patch->guard.is_due = true;
	set_state(patch, state);
}

static void condemn_by_harm(struct patch *patch, const struct harm *harm)
{
	if (harm->at == harm->inside)
		refuse(patch, 0, KM531, "%s at %pS (task %.*s, %d)", harm_name(harm),
		       (void *)harm->at, TASK_COMM_LEN, harm->comm, harm->pid);
	else
		refuse(patch, 0, KM531, "%s at %pS, below %pS (task %.*s, %d)", harm_name(harm),
		       (void *)harm->at, (void *)harm->inside, TASK_COMM_LEN, harm->comm,
		       harm->pid);
	condemn(patch, PROBATION_HARMED);
}

/* Harm that was noticed before now comes before whatever is asked for now. */
static void take_notice(void)
{
	struct patch *patch;
	struct harm harm;

	while (harm_take(&harm)) {
		list_for_each_entry(patch, &guarded, guard.node) {
			if (patch->guard.watched != harm.watched)
				continue;
			condemn_by_harm(patch, &harm);
			break;
		}
	}
}

static void check_deadline(struct patch *patch)
{
	struct guard *guard = &patch->guard;

	if (guard->state != PROBATION_RUNNING || ktime_before(ktime_get(), guard->deadline))
		return;
	refuse(patch, 0, KM530, "nobody committed it in its %u s of probation", guard->armed);
	condemn(patch, PROBATION_EXPIRED);
}

/* Ask for the revert, when that can be granted. Whatever holds it up then, it goes on by itself. */
static void revert(struct patch *patch)
{
	int r;

	if (!transition_is_free(patch))
		return;
	patch->guard.is_due = false;
	r = transition_revert(patch);
	if (r)
		strscpy(patch->guard.reason, patch->last_error, sizeof(patch->guard.reason));
	else
		strscpy(patch->last_error, patch->guard.reason, sizeof(patch->last_error));
	sysfs_probation_changed(patch);
}

static struct patch *find_due(void)
{
	struct patch *patch;

	list_for_each_entry(patch, &guarded, guard.node)
		if (patch->guard.is_due && transition_is_free(patch))
			return patch;
	return NULL;
}

/* Do what there is to be done; returns when to look again. */
static ktime_t look_after_all(void)
{
	ktime_t next = KTIME_MAX;
	struct patch *patch;

	mutex_lock(&kmend_lock);
	take_notice();
	list_for_each_entry(patch, &guarded, guard.node)
		check_deadline(patch);
	/* The lock is released for callbacks, so the list may be another afterwards. */
	while ((patch = find_due()))
		revert(patch);
	list_for_each_entry(patch, &guarded, guard.node)
		if (patch->guard.state == PROBATION_RUNNING &&
		    ktime_before(patch->guard.deadline, next))
			next = patch->guard.deadline;
	mutex_unlock(&kmend_lock);
	return next;
}

/*
 * A task of its own, of the ordinary scheduling class: a runnable task of that class is taken over
 * by another CPU when its own is locked up, while one with a real-time priority would wait for that
 * CPU for ever; and real-time tasks that leave no time to others are throttled by the kernel.
 */
static int guard_thread(void *unused)
{
	while (!kthread_should_stop()) {
		ktime_t next = look_after_all();

		set_current_state(TASK_IDLE);
		if (!atomic_xchg(&attention, 0) && !kthread_should_stop())
			schedule_hrtimeout_range(next == KTIME_MAX ? NULL : &next, SLACK_NS,
						 HRTIMER_MODE_ABS);
		__set_current_state(TASK_RUNNING);
	}
	return 0;
}

int guard_init(void)
{
	struct task_struct *task;

	task = kthread_create(guard_thread, NULL, "kmend-guard");
	if (IS_ERR(task))
		return PTR_ERR(task);
	set_user_nice(task, MIN_NICE);
	thread = task;
	wake_up_process(thread);
	harm_init();
	return 0;
}

void guard_exit(void)
{
	harm_exit();
	irq_work_sync(&wake_work);
	kthread_stop(thread);
}

void guard_add(struct patch *patch)
{
	list_add_tail_rcu(&patch->guard.node, &guarded);
}

void guard_remove(struct patch *patch)
{
	mutex_lock(&kmend_lock);
	WRITE_ONCE(patch->guard.watched, 0);
	list_del_rcu(&patch->guard.node);
	mutex_unlock(&kmend_lock);
	synchronize_rcu();
}

bool guard_any_watched(bool (*fn)(const struct patch *patch, u64 watched, void *data), void *data)
{
	const struct patch *patch;
	bool found = false;

	rcu_read_lock();
	list_for_each_entry_rcu(patch, &guarded, guard.node) {
		u64 watched = READ_ONCE(patch->guard.watched);

		found = watched && fn(patch, watched, data);
		if (found)
			break;
	}
	rcu_read_unlock();
	return found;
}

int guard_set_seconds(struct patch *patch, unsigned int seconds)
{
	if (seconds > GUARD_SECONDS_MAX)
		return refuse(patch, -EINVAL, KM533, "a probation of more than %d s",
			      GUARD_SECONDS_MAX);
	patch->guard.seconds = seconds;
	return 0;
}

static int refuse_unless_running(struct patch *patch)
{
	take_notice();
	if (patch->guard.state == PROBATION_RUNNING)
		return 0;
	return refuse(patch, -EINVAL, KM533, "it is not on probation (%s)",
		      state_names[patch->guard.state]);
}

int guard_commit(struct patch *patch)
{
	int r;

	if (patch->guard.state == PROBATION_COMMITTED)
		return 0;
	r = refuse_unless_running(patch);
	if (r)
		return r;
	if (patch->state != PATCH_LIVE)
		return refuse(patch, -EBUSY, KM533, "it is not live yet, and so not proven");
	set_state(patch, PROBATION_COMMITTED);
	pr_info("%s: committed\n", patch->name);
	return 0;
}

int guard_extend(struct patch *patch, unsigned int seconds)
{
	ktime_t deadline;
	int r;

	r = refuse_unless_running(patch);
	if (r)
		return r;
	if (seconds > GUARD_SECONDS_MAX)
		return refuse(patch, -EINVAL, KM533, "a probation of more than %d s",
			      GUARD_SECONDS_MAX);
	deadline = seconds_from_now(seconds);
	if (ktime_after(deadline, patch->guard.deadline))
		patch->guard.deadline = deadline;
	guard_wake();
	return 0;
}

int guard_reject(struct patch *patch)
{
	int r;

	r = refuse_unless_running(patch);
	if (r)
		return r;
	refuse(patch, 0, KM532, "rejected by task %.*s (%d)", TASK_COMM_LEN, current->comm,
	       current->pid);
	condemn(patch, PROBATION_REJECTED);
	guard_wake();
	return 0;
}

void guard_read(const struct patch *patch, struct guard_view *ret)
{
	const struct guard *guard = &patch->guard;
	s64 left = ktime_to_ns(ktime_sub(guard->deadline, ktime_get()));

	ret->state = state_names[guard->state];
	ret->seconds = guard->seconds;
	ret->left = 0;
	if (guard->state == PROBATION_RUNNING && left > 0)
		ret->left = div_u64(left + NSEC_PER_SEC - 1, NSEC_PER_SEC);
	strscpy(ret->reason, guard->reason, sizeof(ret->reason));
}
