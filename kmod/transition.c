// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "transition.h"

#include <linux/delay.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "callbacks.h"
#include "foreign.h"
#include "harm.h"
#include "redirect.h"
#include "report.h"
#include "sysfs.h"

#define RETRY_FIRST_MS 2
#define RETRY_LAST_MS  128

/* The machine may stand for at most one part in so many of the time that a transition takes. */
#define RETRY_STOP_SHARE 32

enum phase {
	PHASE_IDLE,
	PHASE_PREPARE, /* pre_apply callbacks run; nothing has changed yet */
	PHASE_APPLY, /* redirects are in place, passive; nobody may be inside for the switch */
	PHASE_SETTLE, /* redirects are live; post_apply callbacks run */
	PHASE_ANNOUNCE, /* redirects are live; pre_revert callbacks run */
	PHASE_REVERT, /* redirects are live; nobody may be inside for the switch back */
	PHASE_LEAVE, /* redirects are gone; the module goes when nobody is in its code */
	PHASE_CLEAN, /* nobody is; post_revert callbacks run */
};

/* The transition under way; its figures stay for reading. Under kmend_lock. */
static struct {
	struct patch *patch; /* NULL when idle */
	enum phase phase;
	bool turn_back; /* asked for while a callback ran */
	bool was_turned; /* somebody took back what was under way */
	unsigned int tries;
	unsigned int delay_ms;
	u64 started;
	u64 duration_ns;
	u64 stop_ns;
	struct straggler straggler;
	const struct task_struct *evicting; /* runs the patch module's exit: not a straggler */
} now;

static void retry(struct work_struct *work);
static DECLARE_DELAYED_WORK(retry_work, retry);

static void begin(struct patch *patch, enum phase phase, enum patch_state state)
{
	now.patch = patch;
	now.phase = phase;
	now.turn_back = false;
	now.was_turned = false;
	now.tries = 0;
	now.delay_ms = RETRY_FIRST_MS;
	now.started = ktime_get_ns();
	now.stop_ns = 0;
	straggler_forget(&now.straggler);
	patch_set_state(patch, state);
	sysfs_transition_changed();
}

static void end(enum patch_state state)
{
	struct patch *patch = now.patch;

	now.patch = NULL;
	now.phase = PHASE_IDLE;
	straggler_forget(&now.straggler);
	patch_set_state(patch, state);
	sysfs_transition_changed();
}

static void switch_on(void *data)
{
	redirect_switch(data, true);
}

static void switch_off(void *data)
{
	redirect_switch(data, false);
}

static int stop_and_switch(u64 *ret_stop_ns)
{
	struct patch *patch = now.patch;

	switch (now.phase) {
	case PHASE_APPLY:
		return unwind_all_and_commit(patch->ranges, now.evicting, switch_on,
					     patch->redirect, &now.straggler, ret_stop_ns);
	case PHASE_REVERT:
		return unwind_all_and_commit(patch->ranges, now.evicting, switch_off,
					     patch->redirect, &now.straggler, ret_stop_ns);
	default:
		return unwind_all_and_commit(patch->text, now.evicting, NULL, NULL, &now.straggler,
					     ret_stop_ns);
	}
}

/* One pass. Returns 0, or -EAGAIN when it has to be tried again. */
static int attempt(void)
{
	u64 stop_ns = 0;
	int r;

	now.tries++;
	/* No need to stop the machine only to find the same task asleep at the same place. */
	if (straggler_is_still_there(&now.straggler))
		return -EAGAIN;
	straggler_forget(&now.straggler);
	if (harm_cpu_is_stuck() || !foreign_suspend())
		return -EAGAIN;
	r = stop_and_switch(&stop_ns);
	foreign_resume();
	now.stop_ns = max(now.stop_ns, stop_ns);
	return r;
}

static void try_again_later(void)
{
	unsigned int stop_ms = now.stop_ns / NSEC_PER_MSEC;
	unsigned int delay = max(now.delay_ms, stop_ms * RETRY_STOP_SHARE);

	now.delay_ms = min(2 * now.delay_ms, (unsigned int)RETRY_LAST_MS);
	/* One may be waiting still, on behalf of a transition that was reversed. */
	mod_delayed_work(system_wq, &retry_work, msecs_to_jiffies(delay));
}

/* Give the functions back; whoever is still in the patch's code may leave it. */
static void leave(void)
{
	struct patch *patch = now.patch;
	int r;

	r = redirect_uninstall(patch->redirect);
	if (r) {
		refuse(patch, r, KM514, "ftrace keeps its functions (%d): it stays until reboot",
		       r);
		end(PATCH_REVERTING);
		return;
	}
	patch->redirect = NULL;
	now.phase = PHASE_LEAVE;
	straggler_forget(&now.straggler);
}

static unsigned int event_flags(void)
{
	return now.was_turned ? KMEND_EVENT_UNDONE : 0;
}

/*
 * While redirects are live: tell the callbacks that they are there to stay, or that they will go,
 * until nobody changes his mind meanwhile.
 */
static void tell(struct patch *patch, bool stays)
{
	for (;;) {
		now.turn_back = false;
		now.phase = stays ? PHASE_SETTLE : PHASE_ANNOUNCE;
		callbacks_run(patch, stays ? KMEND_EVENT_POST_APPLY : KMEND_EVENT_PRE_REVERT,
			      event_flags());
		if (!now.turn_back)
			break;
		stays = !stays;
		if (stays)
			patch_set_state(patch, PATCH_APPLYING);
		else
			begin(patch, PHASE_ANNOUNCE, PATCH_REVERTING);
		now.was_turned = stays;
	}
	if (stays)
		end(PATCH_LIVE);
	else
		now.phase = PHASE_REVERT;
}

/* Nobody is in the patch's code any more, or nothing of it was ever live. */
static void clean_up(struct patch *patch)
{
	now.phase = PHASE_CLEAN;
	if (patch->nr_callbacks)
		patch_set_state(patch, PATCH_REVERTING);
	callbacks_run(patch, KMEND_EVENT_POST_REVERT, event_flags());
	end(PATCH_LOADED);
	module_put(patch->module);
}

static void advance(void)
{
	struct patch *patch = now.patch;

	switch (now.phase) {
	case PHASE_APPLY:
		now.duration_ns = ktime_get_ns() - now.started;
		pr_info("%s: live after %llu us, in pass %u\n", patch->name,
			now.duration_ns / NSEC_PER_USEC, now.tries);
		tell(patch, /* stays= */ true);
		return;
	case PHASE_REVERT:
		now.duration_ns = ktime_get_ns() - now.started;
		leave();
		return;
	default:
		/*
		 * A task that has left the list of tasks on its way through do_exit() can still be
		 * preempted in there, and so be in the patch's code: this waits for it.
		 */
		synchronize_rcu_tasks();
		pr_info("%s: reverted after %llu us\n", patch->name,
			now.duration_ns / NSEC_PER_USEC);
		clean_up(patch);
	}
}

/* The other phases are in the hands of the task that runs the callbacks. */
static bool is_waiting(void)
{
	return now.phase == PHASE_APPLY || now.phase == PHASE_REVERT || now.phase == PHASE_LEAVE;
}

static void proceed(void)
{
	while (is_waiting()) {
		if (attempt()) {
			try_again_later();
			return;
		}
		advance();
	}
}

static void retry(struct work_struct *work)
{
	mutex_lock(&kmend_lock);
	proceed();
	mutex_unlock(&kmend_lock);
}

static void reset_calls(const struct patch *patch)
{
	unsigned int i, cpu;

	for (i = 0; i < patch->nr_funcs; i++) {
		for_each_possible_cpu(cpu) {
			u64 *calls = per_cpu_ptr(patch->funcs[i].calls, cpu);

			*calls = 0;
		}
	}
}

/* Nothing may be redirected into a module whose init has not succeeded, or that is going. */
static bool hold_module(struct module *module)
{
	return READ_ONCE(module->state) == MODULE_STATE_LIVE && try_module_get(module);
}

static int start_apply(struct patch *patch)
{
	int r;

	if (now.patch)
		return refuse(patch, -EBUSY, KM509, "patch %s is being %s", now.patch->name,
			      now.patch->state == PATCH_APPLYING ? "applied" : "reverted");
	if (!foreign_suspend())
		return refuse(patch, -EBUSY, KM508, "an in-tree livepatch transition is under way");
	foreign_resume();
	if (!hold_module(patch->module))
		return refuse(patch, -EAGAIN, KM513, "its module is not loaded completely");

	reset_calls(patch);
	begin(patch, PHASE_PREPARE, PATCH_APPLYING);
	r = callbacks_prepare(patch);
	if (r == 0 && now.turn_back)
		r = -ECANCELED;
	if (r == 0)
		r = redirect_install(patch, &patch->redirect);
	if (r) {
		now.was_turned = true;
		clean_up(patch);
		return r;
	}
	now.phase = PHASE_APPLY;
	proceed();
	return 0;
}

/* Its transition ended in leave(), and nothing can be done about it any more. */
static int refuse_stuck(struct patch *patch)
{
	return refuse(patch, -EIO, KM514, "ftrace has shut itself down; reboot");
}

static int turn_to_apply(struct patch *patch)
{
	if (now.phase == PHASE_LEAVE || now.phase == PHASE_CLEAN)
		return refuse(patch, -EBUSY, KM509, "it is being reverted already");
	pr_info("%s: the revert is taken back\n", patch->name);
	if (now.phase == PHASE_ANNOUNCE) {
		now.turn_back = true;
		return 0;
	}
	now.was_turned = true;
	if (patch->nr_callbacks)
		patch_set_state(patch, PATCH_APPLYING);
	tell(patch, /* stays= */ true);
	proceed();
	return 0;
}

int transition_apply(struct patch *patch)
{
	patch->last_error[0] = '\0';
	switch (patch->state) {
	case PATCH_LOADED:
		return start_apply(patch);
	case PATCH_REVERTING:
		return now.patch == patch ? turn_to_apply(patch) : refuse_stuck(patch);
	default:
		/* One that is being prepared, or has just been switched, may be about to go. */
		if (now.patch == patch)
			now.turn_back = false;
		return 0;
	}
}

static int start_revert(struct patch *patch)
{
	if (now.patch)
		return refuse(patch, -EBUSY, KM509, "patch %s is being %s", now.patch->name,
			      now.patch->state == PATCH_APPLYING ? "applied" : "reverted");
	begin(patch, PHASE_ANNOUNCE, PATCH_REVERTING);
	tell(patch, /* stays= */ false);
	proceed();
	return 0;
}

static int turn_to_revert(struct patch *patch)
{
	if (!now.turn_back)
		pr_info("%s: the apply is taken back\n", patch->name);
	if (now.phase != PHASE_APPLY) {
		now.turn_back = true;
		return 0;
	}
	begin(patch, PHASE_REVERT, PATCH_REVERTING);
	now.was_turned = true;
	/* Nothing was switched yet, so there is nothing to wait for. */
	leave();
	proceed();
	return 0;
}

int transition_revert(struct patch *patch)
{
	patch->last_error[0] = '\0';
	switch (patch->state) {
	case PATCH_LIVE:
		return start_revert(patch);
	case PATCH_APPLYING:
		return turn_to_revert(patch);
	case PATCH_REVERTING:
		if (now.patch != patch)
			return refuse_stuck(patch);
		now.turn_back = false;
		return 0;
	default:
		return 0;
	}
}

bool transition_is_free(const struct patch *patch)
{
	return !now.patch || now.patch == patch;
}

void transition_evict(struct patch *patch)
{
	if (patch->state == PATCH_LOADED)
		return;
	pr_emerg("%s: its module is removed by force; reverting first\n", patch->name);
	while (patch->state != PATCH_LOADED) {
		if (now.patch == patch || !now.patch) {
			now.evicting = current;
			if (patch->state != PATCH_REVERTING)
				transition_revert(patch);
		}
		mutex_unlock(&kmend_lock);
		msleep(RETRY_LAST_MS);
		mutex_lock(&kmend_lock);
	}
	now.evicting = NULL;
}

void transition_read(struct transition_view *ret)
{
	mutex_lock(&kmend_lock);
	*ret = (struct transition_view){
		.state = now.patch ? now.patch->state : PATCH_LOADED,
		.tries = now.tries,
		.duration_ns = now.duration_ns,
		.stop_ns = now.stop_ns,
		.straggler = now.straggler,
	};
	if (now.patch)
		strscpy(ret->patch, now.patch->name, sizeof(ret->patch));
	callbacks_describe_running(ret->callback, sizeof(ret->callback));
	mutex_unlock(&kmend_lock);
}

void transition_exit(void)
{
	cancel_delayed_work_sync(&retry_work);
}
