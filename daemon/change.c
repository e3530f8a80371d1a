// SPDX-License-Identifier: GPL-2.0
#include "change.h"

#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "bus.h"
#include "hook.h"
#include "journal.h"
#include "lib/strv.h"
#include "manager.h"

static void end(struct manager *m, struct job *job, enum job_state state)
{
	job->state = state;
	manager_job_done(m, job);
}

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000000ULL + now.tv_nsec / 1000;
}

/* The newest generation before the current one that was good and held another set. */
static int find_previous(struct manager *m, struct job *job, struct generation *ret)
{
	if (m->current.number == 0)
		return diag_error(&job->diags, KM618, -ENOENT,
				  "nothing has been applied yet that could be rolled back");
	if (m->current.base == 0) {
		*ret = (struct generation){};
		return 0;
	}
	return generation_read(m->config.state, m->current.base, &job->diags, ret);
}

static int find_target(struct manager *m, struct job *job, struct generation *ret)
{
	_cleanup_generation_ struct generation g = {};
	int r;

	r = job->target ? generation_read(m->config.state, job->target, &job->diags, &g) :
			  find_previous(m, job, &g);
	if (r == -ENOENT && !job_failure(job))
		return diag_error(&job->diags, KM618, r, "there is no generation %llu",
				  (unsigned long long)job->target);
	if (r < 0)
		return r;
	if (g.state != GENERATION_GOOD)
		return diag_add(&job->diags, KM618, DIAG_REFUSAL, -EINVAL, NULL,
				"generation %llu was never in force: it is %s",
				(unsigned long long)g.number, generation_state_to_string(g.state));
	*ret = g;
	g = (struct generation){};
	return 0;
}

static int plan_for_rollback(struct manager *m, const struct plan_input *in, struct job *job)
{
	_cleanup_generation_ struct generation target = {};
	int r;

	r = find_target(m, job, &target);
	if (r < 0)
		return r;
	/* So that rolling back again leads further back, and not forth. */
	job->base = target.base;
	return plan_rollback(in, &target, job->options, &job->diags, &job->plan);
}

static int make_plan(struct manager *m, struct job *job)
{
	const struct plan_input in = {
		.policy = &m->policy,
		.catalog = &m->catalog,
		.core = &m->core,
		.current = &m->current,
		.quarantine = &m->quarantine,
		.sysfs = m->config.sysfs,
	};

	job->base = m->current.number;
	switch (job->verb) {
	case JOB_START:
		return plan_start(&in, m->skipped, job->names, job->options, &job->diags,
				  &job->plan);
	case JOB_APPLY:
		return plan_apply(&in, job->names, job->options, &job->diags, &job->plan);
	case JOB_REVERT:
		return plan_revert(&in, job->names, job->options, &job->diags, &job->plan);
	case JOB_ROLLBACK:
		return plan_for_rollback(m, &in, job);
	case _JOB_VERB_MAX:
		break;
	}
	return -EINVAL;
}

/* A start puts no new generation in force; the others do. */
static bool makes_generation(const struct job *job)
{
	return job->verb != JOB_START;
}

static int prepare_generation(struct manager *m, struct job *job)
{
	struct generation *g = &job->generation;
	int r = 0;

	*g = job->plan.result;
	job->plan.result = (struct generation){};
	g->base = job->base;
	g->time_us = now_us();
	g->state = GENERATION_GOOD;
	g->verb = strdup(job_verb_to_string(job->verb));
	g->kernel_release = strdup(m->config.release);
	g->reason = strdup("");
	if (!g->verb || !g->kernel_release || !g->reason)
		return -ENOMEM;
	if (makes_generation(job))
		r = generation_next(m->config.state, &g->number);
	else
		g->number = m->current.number;
	return r;
}

static int write_guard(struct manager *m, const struct job *job)
{
	const struct guard guard = {
		.generation = job->generation.number,
		.base = m->current.number,
		.verb = job->generation.verb,
		.boot_id = m->config.boot_id,
		.added = job->plan.added,
		.versions = job->plan.versions,
		.removed = job->plan.removed,
	};

	return guard_write(m->config.state, &guard);
}

/* Where nothing had to be loaded or reverted, what was asked for. */
static char *join_changed(const struct job *job)
{
	_cleanup_free_ char *added = strv_join(job->plan.added, " ");
	_cleanup_free_ char *removed = strv_join(job->plan.removed, " ");
	char *both;

	if (!job->plan.added && !job->plan.removed)
		return strv_join(job->names, " ");
	if (!added || !removed ||
	    asprintf(&both, "%s%s%s", added, *added && *removed ? " " : "", removed) < 0)
		return NULL;
	return both;
}

static void report(struct manager *m, const struct job *job, enum journal_event event,
		   const char *what)
{
	_cleanup_free_ char *patches = join_changed(job);
	const struct journal_fields fields = {
		.generation = job->generation.number,
		.patches = patches,
		.diag = event == JOURNAL_CHANGED || event == JOURNAL_STARTED ? NULL :
									       job_failure(job),
	};

	journal_write(m->config.state, event, &fields, "%s %s: generation %llu %s",
		      job_verb_to_string(job->verb), patches && *patches ? patches : "nothing",
		      (unsigned long long)job->generation.number, what);
}

/* It stays in the history with its reason. */
static void note_failed(struct manager *m, struct job *job)
{
	const struct diag *why = job_failure(job);

	if (!makes_generation(job))
		return;
	job->generation.state = GENERATION_FAILED;
	free(job->generation.reason);
	job->generation.reason = why ? diag_describe(why) : NULL;
	generation_write(m->config.state, &job->generation);
}

/*
 * The kernel is as before: say so on disk, and let go of the guard. A start keeps it: what it was
 * to undo is still there, and it is tried again without the culprit.
 */
static void end_undone(struct manager *m, struct job *job)
{
	note_failed(m, job);
	report(m, job, JOURNAL_FAILED, "failed, everything is as before");
	if (job->verb == JOB_START)
		m->broken = !job->culprit && job->options & PLAN_SEPARATELY;
	else if (guard_remove(m->config.state) < 0)
		m->broken = true;
	end(m, job, JOB_FAILED);
}

/* The guard stays, for whoever tries again. */
static void end_broken(struct manager *m, struct job *job)
{
	m->broken = true;
	job->left_behind = true;
	note_failed(m, job);
	report(m, job, JOURNAL_BROKEN, "failed and could not be undone completely");
	end(m, job, JOB_FAILED);
}

static int commit(struct manager *m, struct job *job)
{
	int r = 0;

	if (makes_generation(job)) {
		r = generation_write(m->config.state, &job->generation);
		if (r >= 0)
			r = generation_set_current(m->config.state, job->generation.number);
	}
	if (r < 0)
		return diag_error(&job->diags, KM611, r,
				  "the new generation cannot be written to "
				  "%s: %s",
				  m->config.state, strerror(-r));
	hook(m->config.state, "generation-written", 0);
	return 0;
}

static void on_loader_done(void *userdata, int result, const char *culprit,
			   const struct diag_list *diags);

static void on_loader_progress(void *userdata, const char *status)
{
	sd_notifyf(/* unset_environment= */ false, "STATUS=%s", status);
}

static int run_steps(struct manager *m, struct job *job, const struct steps *steps)
{
	int r;

	loader_free(TAKE_PTR(job->loader));
	r = loader_start(m->event, &m->config, steps, m->lock, on_loader_progress, on_loader_done,
			 m, &job->loader);
	return r < 0 ? diag_error(&job->diags, KM622, r, "the loader cannot be started: %s",
				  strerror(-r)) :
		       0;
}

/* What could not be recorded would be lost at the next boot: take it out of the kernel again. */
static void undo_uncommitted(struct manager *m, struct job *job)
{
	_cleanup_(steps_done) struct steps inverse = {};

	job->undoing = true;
	/* The name may be in place already, and only its way to the disk have failed. */
	generation_set_current(m->config.state, m->current.number);
	if (steps_invert(&job->plan.steps, &inverse) < 0 || run_steps(m, job, &inverse) < 0)
		end_broken(m, job);
}

static void end_committed(struct manager *m, struct job *job)
{
	if (makes_generation(job)) {
		report(m, job, JOURNAL_CHANGED, "is in force");
		if (job->verb == JOB_APPLY && job->options & PLAN_LIFT_QUARANTINE) {
			for (size_t i = 0; job->plan.added && job->plan.added[i]; i++)
				quarantine_lift(&m->quarantine, job->plan.added[i]);
			quarantine_write(m->config.state, &m->quarantine);
		}
	} else {
		report(m, job, JOURNAL_STARTED, "is live");
	}
	if (guard_remove(m->config.state) >= 0 && job->verb == JOB_START)
		m->broken = false;
	hook(m->config.state, "guard-removed", 0);
	end(m, job, JOB_DONE);
}

/* At a start, what an unfinished change left behind has to go: it may not stay like this. */
static bool left_behind(const struct job *job)
{
	return job->verb == JOB_START && strv_contains(job->plan.removed, job->culprit ?: "");
}

static void on_loader_done(void *userdata, int result, const char *culprit,
			   const struct diag_list *diags)
{
	struct manager *m = userdata;
	struct job *job = m->running;

	diag_list_append(&job->diags, diags);
	if (result < 0 && !job->undoing && *culprit)
		job->culprit = strdup(culprit);
	if (result == -ENOTRECOVERABLE || result == -EOWNERDEAD || left_behind(job) ||
	    (job->undoing && result < 0))
		end_broken(m, job);
	else if (job->undoing || result < 0)
		end_undone(m, job);
	else if (commit(m, job) < 0)
		undo_uncommitted(m, job);
	else
		end_committed(m, job);
}

static int check_possible(struct manager *m, struct job *job)
{
	int r;

	if (m->broken && job->verb != JOB_START)
		return diag_add(&job->diags, KM620, DIAG_REFUSAL, -ENOTRECOVERABLE, NULL,
				"an earlier change could not be undone completely");
	if (m->catalog_diags.n) {
		diag_list_append(&job->diags, &m->catalog_diags);
		return -EINVAL;
	}
	r = manager_refresh(m, &job->diags);
	return r < 0 ? r : plan_read_strangers(&m->catalog, m->config.sysfs, &m->core);
}

int change_plan(struct manager *m, struct job *job)
{
	int r = check_possible(m, job);

	return r < 0 ? r : make_plan(m, job);
}

static int guard_it(struct manager *m, struct job *job)
{
	int r;

	r = prepare_generation(m, job);
	if (r >= 0)
		r = write_guard(m, job);
	if (r < 0)
		return diag_error(&job->diags, KM611, r, "%s cannot be written: %s",
				  m->config.state, strerror(-r));
	hook(m->config.state, "guard-written", 0);
	return 0;
}

/* Refused or failed before anything was changed. */
static void end_refused(struct manager *m, struct job *job)
{
	const struct journal_fields fields = {.diag = job_failure(job)};

	journal_write(/* state= */ NULL, JOURNAL_FAILED, &fields, "%s: nothing was changed",
		      job_verb_to_string(job->verb));
	/* What a start was to undo is still there, and so is the guard that tells of it. */
	if (job->verb == JOB_START && job->names)
		m->broken = true;
	end(m, job, JOB_FAILED);
}

/* At a start a patch that cannot be brought live is told of, and keeps no other from it. */
static void report_skipped(struct manager *m, struct job *job)
{
	for (size_t i = 0; i < job->diags.n; i++) {
		const struct journal_fields fields = {.generation = m->current.number,
						      .diag = &job->diags.items[i]};

		journal_write(m->config.state, JOURNAL_SKIPPED, &fields,
			      "a patch of generation %llu is left out",
			      (unsigned long long)m->current.number);
	}
	diag_list_done(&job->diags);
}

void change_begin(struct manager *m, struct job *job)
{
	job->state = JOB_RUNNING;
	bus_job_changed(m, job);
	if (change_plan(m, job) < 0) {
		end_refused(m, job);
		return;
	}
	if (job->verb == JOB_START)
		report_skipped(m, job);
	if (job->plan.steps.n == 0 && (!makes_generation(job) || !job->plan.changes_set)) {
		if (job->verb == JOB_START && guard_remove(m->config.state) >= 0)
			m->broken = false;
		end(m, job, JOB_DONE);
		return;
	}
	if (guard_it(m, job) < 0) {
		end_refused(m, job);
		return;
	}
	if (run_steps(m, job, &job->plan.steps) < 0)
		end_undone(m, job);
}
