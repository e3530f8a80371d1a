// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "guard.h"

#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/irq_work.h>
#include <linux/kthread.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>

#include <kmend/sysfs.h>

#include "fault.h"
#include "harm.h"
#include "registry.h"
#include "report.h"
#include "sysfs.h"
#include "transaction.h"
#include "transition.h"

/* How much later than asked for the guard may wake, so that wake-ups can be combined. */
#define SLACK_NS (10 * NSEC_PER_MSEC)

/* When to ask again for a revert that was refused, for an in-tree livepatch transition perhaps. */
#define RETRY_NS (2 * NSEC_PER_SEC)

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
static u64 last_watched; /* number of a probation; under kmend_lock */
static u64 last_group; /* number of a transaction; under kmend_lock */
static ktime_t not_before; /* no revert is asked for; under kmend_lock */
static bool is_reverting; /* the transaction that begins is the core's own; under kmend_lock */

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

static bool is_running(const struct patch *patch, u64 group)
{
	return patch->guard.group == group && patch->guard.state == PROBATION_RUNNING;
}

/* What a group has taken off can be unloaded, unless the group may still have to go. */
static void release_replaced(u64 group)
{
	struct patch *patch;

	list_for_each_entry(patch, &guarded, guard.node)
		if (is_running(patch, group) ||
		    (patch->guard.group == group && patch->guard.is_due))
			return;
	list_for_each_entry(patch, &guarded, guard.node) {
		if (patch->guard.off_by != group)
			continue;
		patch->guard.off_by = 0;
		module_put(patch->module);
	}
}

static void arm(struct patch *patch)
{
	struct guard *guard = &patch->guard;

	guard->reason[0] = '\0';
	guard->is_due = false;
	if (!guard->armed) {
		set_state(patch, PROBATION_NONE);
		return;
	}
	guard->deadline = seconds_from_now(guard->armed);
	WRITE_ONCE(guard->watched, ++last_watched);
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

/* A group has as much time as the one of it that wants most. */
static unsigned int seconds_of(const struct transaction *t)
{
	unsigned int i, seconds = 0;

	for (i = 0; i < t->nr; i++)
		if (t->changes[i].on)
			seconds = max(seconds, t->changes[i].patch->guard.seconds);
	return seconds;
}

void guard_transaction_begins(struct transaction *t)
{
	unsigned int i, seconds = seconds_of(t);
	u64 group = ++last_group;

	for (i = 0; i < t->nr; i++) {
		struct guard *guard = &t->changes[i].patch->guard;

		if (t->changes[i].on) {
			guard->group = group;
			if (!guard->is_returning)
				guard->armed = seconds;
			/* The transition holds it from here. */
			if (guard->off_by)
				module_put(t->changes[i].patch->module);
			guard->off_by = 0;
			continue;
		}
		guard->before_off = guard->state;
		/* It has to be there to come back; it is live, so its module can be held. */
		if (seconds && !is_reverting) {
			guard->off_by = group;
			__module_get(t->changes[i].patch->module);
		}
	}
}

/*
 * A revert that is taken back is an apply; but what was committed has proven itself, and the core
 * does not change its mind because its own revert fails.
 */
static void begin(struct patch *patch, bool is_new)
{
	struct guard *guard = &patch->guard;

	if (!is_new && (guard->state == PROBATION_COMMITTED || is_reverting))
		return;
	if (is_new && guard->is_returning && guard->before_off != PROBATION_RUNNING) {
		guard->reason[0] = '\0';
		set_state(patch, guard->before_off == PROBATION_COMMITTED ? PROBATION_COMMITTED :
									    PROBATION_NONE);
		return;
	}
	arm(patch);
}

void guard_patch_changed(struct patch *patch, int before)
{
	enum probation state = patch->guard.state;

	switch (patch->state) {
	case PATCH_APPLYING:
		if (before != PATCH_APPLYING)
			begin(patch, /* is_new= */ before == PATCH_LOADED);
		break;
	case PATCH_LIVE:
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
	release_replaced(patch->guard.group);
	/* Another patch's revert may have waited for the end of this transition. */
	guard_wake();
}

/* End a group's probation badly; refuse() has just been called for one of it with the reason. */
static void condemn(struct patch *culprit, enum probation state)
{
	u64 group = culprit->guard.group;
	struct patch *patch;

	list_for_each_entry(patch, &guarded, guard.node) {
		if (!is_running(patch, group))
			continue;
		strscpy(patch->guard.reason, culprit->last_error, sizeof(patch->guard.reason));
		patch->guard.is_due = true;
		set_state(patch, state);
	}
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

/* The way back to what was before a group came; what stacks on it now has to go with it. */
static struct transaction *transaction_back(u64 group, bool and_return)
{
	struct transaction *t = transaction_new(registry_count());
	struct patch *patch;

	if (!t)
		return NULL;
	list_for_each_entry(patch, &guarded, guard.node)
		if (patch->guard.group == group && patch->guard.is_due)
			transaction_add(t, patch, /* on= */ false);
	if (transition_is_idle())
		transaction_add_dependents(t);
	list_for_each_entry(patch, &guarded, guard.node)
		if (and_return && patch->guard.off_by == group)
			transaction_add(t, patch, /* on= */ true);
	return t;
}

static int ask(u64 group, bool and_return)
{
	struct transaction *t = transaction_back(group, and_return);
	unsigned int i;
	int r;

	if (!t)
		return -ENOMEM;
	for (i = 0; i < t->nr; i++)
		t->changes[i].patch->guard.is_returning = t->changes[i].on;
	is_reverting = true;
	r = transition_request(t);
	is_reverting = false;
	return r;
}

/* Ftrace has shut itself down: nothing can be reverted any more. */
static bool is_hopeless(int err)
{
	return err == -EIO || err == -ENODEV;
}

/* It has been asked for, with this result. */
static void close_case(u64 group, int err)
{
	struct patch *patch;

	list_for_each_entry(patch, &guarded, guard.node) {
		struct guard *guard = &patch->guard;

		guard->is_returning = false;
		if (guard->group != group || !guard->reason[0])
			continue;
		guard->is_due = err && !is_hopeless(err);
		if (err == 0)
			report_restore(patch, guard->reason);
		else if (is_hopeless(err) && patch->last_error[0])
			strscpy(guard->reason, patch->last_error, sizeof(guard->reason));
		sysfs_probation_changed(patch);
	}
	if (err)
		not_before = ktime_add_ns(ktime_get(), RETRY_NS);
	release_replaced(group);
}

/*
 * Ask for the revert of a group. What holds up the transition then does not matter: it goes on by
 * itself. What was replaced comes back with it, unless somebody has what it needs now.
 */
static void revert(struct patch *patch)
{
	u64 group = patch->guard.group;
	int r;

	r = ask(group, /* and_return= */ true);
	if (r && patch->guard.is_due)
		r = ask(group, /* and_return= */ false);
	close_case(group, r);
}

static struct patch *find_due(void)
{
	struct patch *patch;

	if (ktime_before(ktime_get(), not_before))
		return NULL;
	list_for_each_entry(patch, &guarded, guard.node)
		if (patch->guard.is_due && transition_is_free(patch))
			return patch;
	return NULL;
}

/* When to look at it again, if nobody wakes the guard before. */
static ktime_t attention_time(const struct patch *patch)
{
	const struct guard *guard = &patch->guard;

	if (guard->is_due && ktime_after(not_before, ktime_get()))
		return not_before;
	return guard->state == PROBATION_RUNNING ? guard->deadline : KTIME_MAX;
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
		next = min(next, attention_time(patch));
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

	task = FALLIBLE(ERR_PTR(-ENOMEM), kthread_create(guard_thread, NULL, "kmend-guard"));
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
	if (list_empty(&guarded))
		harm_watch();
	list_add_tail_rcu(&patch->guard.node, &guarded);
}

void guard_remove(struct patch *patch)
{
	mutex_lock(&kmend_lock);
	WRITE_ONCE(patch->guard.watched, 0);
	list_del_rcu(&patch->guard.node);
	/* Its module is removed by force: it will not come back. */
	if (patch->guard.off_by)
		module_put(patch->module);
	if (list_empty(&guarded))
		harm_unwatch();
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
	struct patch *member;
	int r;

	if (patch->guard.state == PROBATION_COMMITTED)
		return 0;
	r = refuse_unless_running(patch);
	if (r)
		return r;
	if (patch->state != PATCH_LIVE)
		return refuse(patch, -EBUSY, KM533, "it is not live yet, and so not proven");
	list_for_each_entry(member, &guarded, guard.node) {
		if (!is_running(member, patch->guard.group))
			continue;
		set_state(member, PROBATION_COMMITTED);
		pr_info("%s: committed\n", member->name);
	}
	release_replaced(patch->guard.group);
	return 0;
}

int guard_extend(struct patch *patch, unsigned int seconds)
{
	struct patch *member;
	ktime_t deadline;
	int r;

	r = refuse_unless_running(patch);
	if (r)
		return r;
	if (seconds > GUARD_SECONDS_MAX)
		return refuse(patch, -EINVAL, KM533, "a probation of more than %d s",
			      GUARD_SECONDS_MAX);
	deadline = seconds_from_now(seconds);
	list_for_each_entry(member, &guarded, guard.node)
		if (is_running(member, patch->guard.group) &&
		    ktime_after(deadline, member->guard.deadline))
			member->guard.deadline = deadline;
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
