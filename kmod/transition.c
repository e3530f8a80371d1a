// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "transition.h"

#include <linux/delay.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "callbacks.h"
#include "calls.h"
#include "fault.h"
#include "foreign.h"
#include "guard.h"
#include "harm.h"
#include "late.h"
#include "op.h"
#include "pending.h"
#include "report.h"
#include "side.h"
#include "stop.h"
#include "survey.h"
#include "sysfs.h"
#include "trace.h"
#include "transaction.h"

#define RETRY_FIRST_MS 1
#define RETRY_LAST_MS  50

/* Room in the table of stragglers for more than were seen before the stop. */
#define MORE_STRAGGLERS 64

#define KICK_PAUSE HZ /* between two kicks of the same tasks */

/* The machine may stand for at most one part in so many of the time that a transition takes. */
#define RETRY_STOP_SHARE 32

enum phase {
	PHASE_PREPARE, /* pre_apply callbacks run; nothing has changed yet */
	PHASE_ANNOUNCE, /* pre_revert callbacks run */
	PHASE_SWITCH, /* redirects are in place; tasks change sides, or are to */
	PHASE_SETTLE, /* all is switched; post_apply callbacks run */
	PHASE_LEAVE, /* what is not used any more is given back to ftrace */
	PHASE_CLEAN, /* nobody is in the code that goes; post_revert callbacks run */
};

/* The transition under way; its figures stay for reading. Under kmend_lock. */
static struct {
	struct transaction *transaction; /* NULL when idle */
	enum phase phase;
	bool back; /* its changes are taken back: what was before is what it is heading for */
	bool is_after; /* callers get what is on top afterwards */
	bool was_switched; /* they did, at some time */
	bool turn_back; /* asked for while a callback ran */
	unsigned int tries;
	unsigned int delay_ms;
	u64 started;
	u64 duration_ns;
	u64 elapsed_ns; /* of the last one, to its very end */
	u64 stop_ns; /* the longest */
	u64 pass_stop_ns; /* all of the pass under way */
	u64 stops_ns[TRANSITION_STOPS]; /* the last ones, number nr_stops - 1 the very last */
	unsigned int nr_stops;
	unsigned int nr_stragglers; /* after the last pass */
	bool may_kick;
	unsigned long next_kick; /* jiffies */
	unsigned int started_nr; /* transitions that were begun */
	const struct task_struct *evicting; /* runs the patch module's exit: not a straggler */
} now;

/* To see what the survey before the stop is worth. */
static bool naive_stop;
module_param(naive_stop, bool, 0600);
MODULE_PARM_DESC(naive_stop, "look at all stacks while the machine is stopped (for measurements)");

static void retry(struct work_struct *work);
static DECLARE_DELAYED_WORK(retry_work, retry);

/* Its patch is to be live in the end, as things are now. */
static bool arrives(const struct change *change)
{
	return change->on != now.back;
}

/* Stands for them all where there is room for one. */
static const struct patch *first_patch(void)
{
	return now.transaction->changes[0].patch;
}

static void note_stop(u64 ns)
{
	now.stop_ns = max(now.stop_ns, ns);
	now.pass_stop_ns += ns;
	now.stops_ns[now.nr_stops++ % TRANSITION_STOPS] = ns;
}

static void show_direction(void)
{
	struct transaction *t = now.transaction;
	unsigned int i;

	for (i = 0; i < t->nr; i++)
		patch_set_state(t->changes[i].patch,
				arrives(&t->changes[i]) ? PATCH_APPLYING : PATCH_REVERTING);
	sysfs_transition_changed();
}

static void head_for(bool back)
{
	now.back = back;
	now.turn_back = false;
	now.tries = 0;
	now.delay_ms = RETRY_FIRST_MS;
	now.started = ktime_get_ns();
	now.stop_ns = 0;
	now.nr_stops = 0;
	trace_kmend_transition_begin(first_patch()->name, arrives(&now.transaction->changes[0]),
				     now.transaction->nr, back);
	show_direction();
}

static void end(void)
{
	now.elapsed_ns = ktime_get_ns() - now.started;
	trace_kmend_transition_end(first_patch()->name, now.back, now.elapsed_ns, now.tries);
	transaction_free(now.transaction);
	now.transaction = NULL;
	now.may_kick = false;
	sysfs_transition_changed();
}

/* The machine stops once, and everybody changes sides but those who are inside. */
static int flip_once(struct survey *survey, unsigned int room)
{
	unsigned long word = side_next(!now.back);
	const struct stop stop = {
		.ranges = now.transaction->ranges,
		.except = now.evicting,
		.survey = survey,
		.behind = side_pending(side_now()),
		.pending = side_pending(word),
		.side = word,
	};
	struct pending *present = side_pending(side_now());
	u64 ns = 0;
	int r;

	r = pending_prepare(stop.pending, stop.ranges, room);
	if (r)
		return r;
	if (!foreign_suspend())
		return -EAGAIN;
	r = stop_and_switch(&stop, &ns);
	foreign_resume();
	note_stop(ns);
	pending_release(r ? stop.pending : present);
	return r;
}

static int flip(void)
{
	struct survey *survey = NULL;
	unsigned int room;
	int r;

	if (harm_cpu_is_stuck())
		return -EAGAIN;
	if (!naive_stop)
		survey = survey_take(now.transaction->ranges);
	room = MORE_STRAGGLERS + (survey ? survey_inside(survey) : 0);
	do {
		r = flip_once(survey, room);
		room *= 2;
	} while (r == -ENOSPC);
	survey_free(survey);
	if (r)
		return r;
	now.is_after = !now.back;
	now.was_switched = true;
	pending_trace(side_pending(side_now()));
	return 0;
}

static void kick_stragglers(struct pending *pending)
{
	if (!now.may_kick || time_before(jiffies, now.next_kick))
		return;
	pending_kick(pending);
	now.next_kick = jiffies + KICK_PAUSE;
	now.delay_ms = RETRY_FIRST_MS;
}

/* Returns 0, or -EAGAIN when another one is needed. *ret_left: stragglers that are left. */
static int pass(unsigned int *ret_left)
{
	struct pending *pending;
	int r;

	if (now.is_after == now.back) {
		r = flip();
		if (r)
			return r;
	}
	pending = side_pending(side_now());
	*ret_left = pending_recheck(pending);
	if (*ret_left == 0)
		return 0;
	kick_stragglers(pending);
	return -EAGAIN;
}

static void set_stragglers(unsigned int nr)
{
	if (nr != now.nr_stragglers)
		sysfs_stragglers_changed();
	now.nr_stragglers = nr;
}

static int attempt(void)
{
	unsigned int left = 0;
	int r;

	now.tries++;
	now.pass_stop_ns = 0;
	r = pass(&left);
	set_stragglers(left);
	trace_kmend_transition_pass(now.tries, now.pass_stop_ns, left, r);
	return r;
}

/* Some milliseconds at first, and never so often that the machine stands for much of the time. */
static void try_again_later(void)
{
	unsigned int delay = now.delay_ms;

	if (now.is_after == now.back)
		delay = max_t(unsigned int, delay, now.stop_ns / NSEC_PER_MSEC * RETRY_STOP_SHARE);
	now.delay_ms = min_t(unsigned int, 2 * now.delay_ms, RETRY_LAST_MS);
	/* One may be waiting still, on behalf of a transition that was reversed. */
	mod_delayed_work(system_wq, &retry_work, msecs_to_jiffies(delay));
}

/* Call pre_revert for what goes. */
static void announce(void)
{
	struct transaction *t = now.transaction;
	unsigned int i;

	for (i = t->nr; i-- > 0;) {
		struct change *change = &t->changes[i];

		if (arrives(change) || change->is_announced || !change->is_settled)
			continue;
		change->is_announced = true;
		callbacks_run(change->patch, KMEND_EVENT_PRE_REVERT, 0,
			      transaction_peer(t, change));
	}
	if (now.turn_back)
		head_for(!now.back);
	now.phase = PHASE_SWITCH;
}

static void tell_switched(void)
{
	struct transaction *t = now.transaction;
	unsigned int i;

	if (!now.was_switched)
		return;
	now.duration_ns = ktime_get_ns() - now.started;
	for (i = 0; i < t->nr; i++)
		if (arrives(&t->changes[i]) && now.is_after)
			pr_info("%s: live after %llu us, in pass %u\n", t->changes[i].patch->name,
				now.duration_ns / NSEC_PER_USEC, now.tries);
}

/* Call post_apply for what has come, which then is live. */
static void settle(void)
{
	struct transaction *t = now.transaction;
	unsigned int i;

	for (i = 0; i < t->nr; i++) {
		struct change *change = &t->changes[i];
		bool was_announced = change->is_announced;

		if (!arrives(change) || (change->is_settled && !was_announced))
			continue;
		change->is_settled = true;
		change->is_announced = false;
		callbacks_run(change->patch, KMEND_EVENT_POST_APPLY,
			      was_announced ? KMEND_EVENT_UNDONE : 0, transaction_peer(t, change));
	}
	if (now.turn_back) {
		head_for(!now.back);
		now.phase = PHASE_ANNOUNCE;
		return;
	}
	for (i = 0; i < t->nr; i++) {
		struct patch *patch = t->changes[i].patch;

		if (!arrives(&t->changes[i]))
			continue;
		if (now.was_switched)
			trace_kmend_apply(patch->name, now.duration_ns, now.tries);
		patch_set_state(patch, PATCH_LIVE);
	}
	now.phase = PHASE_LEAVE;
}

/* Is there code that nobody will run any more? */
static bool anything_departs(void)
{
	const struct transaction *t = now.transaction;
	unsigned int i;

	for (i = 0; i < t->nr; i++)
		if (!arrives(&t->changes[i]))
			return true;
	return false;
}

/* Those that go cannot be unloaded, nor applied again, until the machine is. */
static void get_stuck(int err)
{
	struct transaction *t = now.transaction;
	unsigned int i;

	for (i = 0; i < t->nr; i++)
		if (!arrives(&t->changes[i]))
			refuse(t->changes[i].patch, err, KM514,
			       "ftrace keeps its functions (%d): it stays until reboot", err);
	end();
}

/* Nobody straggles: the sides can have the same versions, and everybody be on "before" again. */
static void make_final(void)
{
	unsigned long word = side_next(/* after= */ false);

	if (now.back) {
		transaction_drop(now.transaction);
		return;
	}
	transaction_commit(now.transaction);
	pending_clear(side_pending(word));
	side_set_all(word);
}

/*
 * Give back the functions that nobody changes any more. Everybody was outside of the code that
 * goes when the switch took place, and nobody has been sent there since.
 */
static void leave(void)
{
	int r;

	make_final();
	r = op_release_unused();
	if (r) {
		get_stuck(r);
		return;
	}
	/*
	 * A task that has left the list of tasks on its way through do_exit() can still be
	 * preempted in there, and so be in the code that goes, as can one be in the handler, on its
	 * way there; this waits for both.
	 */
	if (now.was_switched && anything_departs())
		synchronize_rcu_tasks();
	now.phase = PHASE_CLEAN;
}

static void tell_reverted(const struct patch *patch)
{
	pr_info("%s: reverted after %llu us\n", patch->name, now.duration_ns / NSEC_PER_USEC);
	trace_kmend_revert(patch->name, now.duration_ns, now.tries);
}

/* Call post_revert for what has gone. */
static void clean_up(void)
{
	struct transaction *t = now.transaction;
	unsigned int i;

	for (i = t->nr; i-- > 0;) {
		struct change *change = &t->changes[i];

		if (arrives(change))
			continue;
		if (now.was_switched)
			tell_reverted(change->patch);
		callbacks_run(change->patch, KMEND_EVENT_POST_REVERT,
			      change->is_announced ? 0 : KMEND_EVENT_UNDONE,
			      transaction_peer(t, change));
	}
	for (i = 0; i < t->nr; i++) {
		struct patch *patch = t->changes[i].patch;

		if (arrives(&t->changes[i]))
			continue;
		patch_set_state(patch, PATCH_LOADED);
		module_put(patch->module);
	}
	end();
}

/* The other phases are in the hands of the task that runs their callbacks. */
static void proceed(void)
{
	while (now.transaction) {
		switch (now.phase) {
		case PHASE_PREPARE:
			return;
		case PHASE_ANNOUNCE:
			announce();
			break;
		case PHASE_SWITCH:
			if (attempt()) {
				try_again_later();
				return;
			}
			tell_switched();
			now.phase = PHASE_SETTLE;
			break;
		case PHASE_SETTLE:
			settle();
			break;
		case PHASE_LEAVE:
			leave();
			break;
		case PHASE_CLEAN:
			clean_up();
			break;
		}
	}
}

static void retry(struct work_struct *work)
{
	mutex_lock(&kmend_lock);
	if (now.transaction && now.phase == PHASE_SWITCH)
		proceed();
	mutex_unlock(&kmend_lock);
}

/* Nothing may be redirected into a module whose init has not succeeded, or that is going. */
static bool hold_module(struct module *module)
{
	return READ_ONCE(module->state) == MODULE_STATE_LIVE &&
	       FALLIBLE(false, try_module_get(module));
}

/* Patches that go are held already, as they are live. */
static int hold_modules(struct transaction *t)
{
	unsigned int i;

	for (i = 0; i < t->nr; i++) {
		struct patch *patch = t->changes[i].patch;

		if (!t->changes[i].on || hold_module(patch->module))
			continue;
		while (i-- > 0)
			if (t->changes[i].on)
				module_put(t->changes[i].patch->module);
		return refuse(patch, -EAGAIN, KM513, "its module is not loaded completely");
	}
	return 0;
}

/* Call pre_apply for what comes. */
static int prepare(void)
{
	struct transaction *t = now.transaction;
	unsigned int i;
	int r = 0;

	now.phase = PHASE_PREPARE;
	for (i = 0; r == 0 && i < t->nr; i++)
		if (t->changes[i].on)
			r = callbacks_prepare(t->changes[i].patch,
					      transaction_peer(t, &t->changes[i]));
	return r == 0 && now.turn_back ? -ECANCELED : r;
}

/* Be ready for the modules that are there. */
static int prepare_late(struct transaction *t)
{
	unsigned int i;
	int r = 0;

	for (i = 0; r == 0 && i < t->nr; i++)
		if (t->changes[i].on)
			r = late_prepare(t->changes[i].patch);
	return r;
}

static int start(struct transaction *t)
{
	unsigned int i;
	int r;

	if (!foreign_suspend())
		return refuse(t->changes[0].patch, -EBUSY, KM508,
			      "an in-tree livepatch transition is under way");
	foreign_resume();
	r = prepare_late(t);
	if (r == 0)
		r = transaction_check(t);
	if (r)
		return r;
	r = hold_modules(t);
	if (r)
		return r;

	for (i = 0; i < t->nr; i++) {
		t->changes[i].is_settled = !t->changes[i].on;
		if (t->changes[i].on)
			calls_reset(t->changes[i].patch);
	}
	now.transaction = t;
	now.started_nr++;
	now.is_after = false;
	now.was_switched = false;
	guard_transaction_begins(t);
	head_for(/* back= */ false);
	r = prepare();
	/* Modules may have come meanwhile. */
	if (r == 0)
		r = prepare_late(t);
	if (r == 0)
		r = transaction_take_sites(t);
	if (r) {
		head_for(/* back= */ true);
		now.phase = PHASE_SWITCH;
	} else {
		now.phase = PHASE_ANNOUNCE;
	}
	proceed();
	return r;
}

static const char *direction_name(void)
{
	return arrives(&now.transaction->changes[0]) ? "applied" : "reverted";
}

static int turn(struct patch *patch)
{
	switch (now.phase) {
	case PHASE_PREPARE:
	case PHASE_ANNOUNCE:
	case PHASE_SETTLE:
		now.turn_back = !now.turn_back;
		break;
	case PHASE_SWITCH:
		head_for(!now.back);
		proceed();
		break;
	default:
		return refuse(patch, -EBUSY, KM509, "it is being %s already", direction_name());
	}
	return 0;
}

/* A request while a transition is under way: it can only be about that one. */
static int request_meanwhile(struct transaction *t)
{
	bool back = now.back != now.turn_back;
	unsigned int i, opposite = 0;
	struct patch *patch = NULL;

	for (i = 0; i < t->nr; i++) {
		const struct change *change;

		patch = t->changes[i].patch;
		change = transaction_find(now.transaction, patch);
		if (!change)
			goto refuse;
		opposite += t->changes[i].on != (change->on != back);
	}
	if (opposite == 0)
		return 0;
	if (opposite < t->nr)
		goto refuse;
	pr_info("%s: what is under way is taken back\n", patch->name);
	return turn(patch);

refuse:
	return refuse(patch, -EBUSY, KM509, "patch %s is being %s",
		      now.transaction->changes[0].patch->name, direction_name());
}

static int request(struct transaction *t)
{
	unsigned int i;

	for (i = 0; i < t->nr; i++)
		report_clear(t->changes[i].patch);
	transaction_drop_settled(t);
	if (t->nr == 0)
		return 0;
	if (now.transaction)
		return request_meanwhile(t);
	for (i = 0; i < t->nr; i++)
		if (t->changes[i].patch->state == PATCH_REVERTING)
			return refuse(t->changes[i].patch, -EIO, KM514,
				      "ftrace has shut itself down; reboot");
	transaction_add_replaced(t);
	return start(t);
}

/* One that was begun is freed at its end, which may have come. */
int transition_request(struct transaction *t)
{
	unsigned int started = now.started_nr;
	int r = request(t);

	if (now.started_nr == started)
		transaction_free(t);
	return r;
}

/* The one whose sites are taken. */
static struct transaction *taken(void)
{
	return now.transaction && now.transaction->is_taken ? now.transaction : NULL;
}

bool transition_concerns(const struct patch *patch)
{
	return patch->applied || (taken() && transaction_find(taken(), patch));
}

int transition_adopt(struct patch *patch, struct object *object)
{
	if (!transition_concerns(patch))
		return 0;
	return transaction_adopt(taken(), patch, object);
}

bool transition_abandon(struct object *object, struct patch *patch)
{
	bool any = false;
	unsigned int i;

	for (i = 0; i < patch->nr_funcs; i++) {
		struct func *func = &patch->funcs[i];

		if (func->object == object)
			any |= transaction_abandon(func);
	}
	return any;
}

static void evict(struct patch *patch)
{
	struct transaction *t;

	if (now.transaction && !transaction_find(now.transaction, patch))
		return;
	now.evicting = current;
	t = transaction_new(registry_count());
	if (!t)
		return;
	transaction_add(t, patch, /* on= */ false);
	if (!now.transaction)
		transaction_add_dependents(t);
	transition_request(t);
}

bool transition_is_idle(void)
{
	return !now.transaction;
}

bool transition_is_free(const struct patch *patch)
{
	return !now.transaction ||
	       (transaction_find(now.transaction, patch) && now.phase < PHASE_LEAVE);
}

void transition_evict(struct patch *patch)
{
	if (patch->state == PATCH_LOADED)
		return;
	pr_emerg("%s: its module is removed by force; reverting first\n", patch->name);
	while (patch->state != PATCH_LOADED) {
		if (patch->state != PATCH_REVERTING)
			evict(patch);
		mutex_unlock(&kmend_lock);
		msleep(RETRY_LAST_MS);
		mutex_lock(&kmend_lock);
	}
	now.evicting = NULL;
}

/* Not those of a side that is being left again. */
static bool are_stragglers_known(void)
{
	return now.transaction && now.phase == PHASE_SWITCH && now.is_after != now.back;
}

void transition_read(struct transition_view *ret)
{
	unsigned int i;

	mutex_lock(&kmend_lock);
	*ret = (struct transition_view){
		.state = PATCH_LOADED,
		.tries = now.tries,
		.duration_ns = now.duration_ns,
		.elapsed_ns = now.transaction ? ktime_get_ns() - now.started : now.elapsed_ns,
		.stop_ns = now.stop_ns,
		.nr_stops = min_t(unsigned int, now.nr_stops, TRANSITION_STOPS),
		.may_kick = now.may_kick,
	};
	for (i = 0; i < ret->nr_stops; i++)
		ret->stops_ns[i] =
			now.stops_ns[(now.nr_stops - ret->nr_stops + i) % TRANSITION_STOPS];
	if (are_stragglers_known())
		ret->nr_stragglers = pending_first(side_pending(side_now()), &ret->straggler);
	if (now.transaction) {
		const struct patch *patch = now.transaction->changes[0].patch;

		ret->state = patch->state;
		strscpy(ret->patch, patch->name, sizeof(ret->patch));
	}
	callbacks_describe_running(ret->callback, sizeof(ret->callback));
	mutex_unlock(&kmend_lock);
}

ssize_t transition_read_changes(char *ret, size_t size)
{
	const struct transaction *t;
	unsigned int i;
	ssize_t n = 0;

	ret[0] = '\0';
	mutex_lock(&kmend_lock);
	t = now.transaction;
	for (i = 0; t && i < t->nr; i++)
		n += scnprintf(ret + n, size - n, "%s%c%s", i ? " " : "",
			       t->changes[i].on ? '+' : '-', t->changes[i].patch->name);
	mutex_unlock(&kmend_lock);
	return n;
}

ssize_t transition_read_stragglers(char *page)
{
	ssize_t n = 0;

	mutex_lock(&kmend_lock);
	if (are_stragglers_known())
		n = pending_describe(side_pending(side_now()), page);
	mutex_unlock(&kmend_lock);
	return n;
}

int transition_allow_kick(bool allow)
{
	int r = -ESRCH;

	mutex_lock(&kmend_lock);
	if (now.transaction && now.phase == PHASE_SWITCH) {
		now.may_kick = allow;
		now.next_kick = jiffies;
		mod_delayed_work(system_wq, &retry_work, 0);
		r = 0;
	}
	mutex_unlock(&kmend_lock);
	return r;
}

void transition_exit(void)
{
	cancel_delayed_work_sync(&retry_work);
	pending_exit();
}
