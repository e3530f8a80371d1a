// SPDX-License-Identifier: GPL-2.0
#include "manager.h"

#include <signal.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "bus.h"
#include "change.h"
#include "journal.h"
#include "kernel.h"
#include "lib/buildid.h"
#include "lib/strv.h"
#include "lock.h"
#include "pins.h"
#include "start.h"
#include "verify.h"

void manager_free(struct manager *m)
{
	if (!m)
		return;
	while (m->queue) {
		struct job *job = m->queue;

		m->queue = job->next;
		job_free(job);
	}
	job_free(m->running);
	sd_event_source_disable_unref(m->dispatch);
	polkit_done(&m->polkit);
	verify_end_all(m);
	sd_bus_flush_close_unref(m->bus);
	sd_event_unref(m->event);
	views_done(&m->views);
	reader_free(m->reader);
	catalog_watch_free(m->catalog_watch);
	for (size_t i = 0; m->reloads && m->reloads[i]; i++)
		sd_bus_message_unref(m->reloads[i]);
	free(m->reloads);
	policy_done(&m->policy);
	catalog_done(&m->catalog);
	diag_list_done(&m->catalog_diags);
	watches_done(&m->watches);
	core_patches_done(&m->core);
	generation_done(&m->current);
	quarantine_done(&m->quarantine);
	strv_free(m->skipped);
	config_done(&m->config);
	if (m->lock >= 0)
		close(m->lock);
	free(m);
}

struct job *manager_find_job(const struct manager *m, uint32_t id)
{
	if (m->running && m->running->id == id)
		return m->running;
	for (struct job *job = m->queue; job; job = job->next)
		if (job->id == id)
			return job;
	return NULL;
}

static int refresh_views(struct manager *m)
{
	_cleanup_(views_done) struct views before = m->views;
	int r;

	m->views = (struct views){};
	r = views_make(m, &m->views);
	if (r >= 0)
		bus_views_changed(m, &before);
	return r;
}

static void on_core_changed(void *userdata)
{
	manager_refresh_core(userdata);
}

static int read_core(struct manager *m)
{
	struct core_patches core = {};
	unsigned abi = 0;
	int r;

	r = core_read_abi(m->config.sysfs, &abi);
	if (r >= 0)
		r = core_list(m->config.sysfs, &core);
	if (r < 0 && r != -ENOENT)
		return r;
	core_patches_done(&m->core);
	m->core = core;
	if (abi != m->core_abi) {
		m->core_abi = abi;
		bus_property_changed(m, "CoreAbi");
	}
	return watches_update(&m->watches, m->event, m->config.sysfs, &m->core, on_core_changed, m);
}

int manager_refresh_core(struct manager *m)
{
	int r;

	r = read_core(m);
	return r < 0 ? r : refresh_views(m);
}

static bool same_problem(const struct catalog_entry *a, const struct catalog_entry *b)
{
	return b && b->problems.n && a->problems.items[0].code == b->problems.items[0].code;
}

/* Tell of each unfit patch once, not at every refresh. */
static void report_unfit(const struct catalog *now, const struct catalog *before)
{
	for (size_t i = 0; i < now->n; i++) {
		const struct catalog_entry *e = &now->items[i];
		struct journal_fields fields = {.patches = e->name};

		if (e->problems.n == 0 || e->masked ||
		    same_problem(e, catalog_find(before, e->name)))
			continue;
		fields.diag = &e->problems.items[0];
		journal_write(/* state= */ NULL, JOURNAL_UNFIT, &fields,
			      "patch %s in the catalog will not be loaded", e->name);
	}
}

static int read_state(struct manager *m, struct diag_list *diags)
{
	_cleanup_quarantine_ struct quarantine quarantine = {};
	_cleanup_generation_ struct generation current = {};
	bool moved, rebased;
	int r;

	r = generation_read_current(m->config.state, diags, &current);
	if (r >= 0)
		r = quarantine_read(m->config.state, diags, &quarantine);
	if (r < 0)
		return r;
	moved = current.number != m->current.number;
	rebased = current.base != m->current.base;
	generation_done(&m->current);
	m->current = current;
	current = (struct generation){};
	quarantine_done(&m->quarantine);
	m->quarantine = quarantine;
	quarantine = (struct quarantine){};
	if (moved)
		bus_property_changed(m, "Generation");
	if (rebased)
		bus_property_changed(m, "PreviousGeneration");
	return 0;
}

int manager_refresh(struct manager *m, struct diag_list *diags)
{
	int r, q;

	r = read_state(m, diags);
	q = read_core(m);
	if (q < 0)
		diag_error(diags, KM614, q, "the core's files in sysfs cannot be read: %s",
			   strerror(-q));
	if (r >= 0)
		r = q;
	q = refresh_views(m);
	return r < 0 ? r : q;
}

/* Each job works on what is there when it begins. */
static int on_dispatch(sd_event_source *source, void *userdata)
{
	struct manager *m = userdata;

	if (m->running || !m->queue)
		return 0;
	m->running = m->queue;
	m->queue = m->running->next;
	m->running->next = NULL;
	if (manager_read_catalog(m) < 0)
		change_begin(m, m->running);
	return 0;
}

static void answer_reloads(struct manager *m)
{
	sd_bus_message **calls = m->reloads;
	const struct diag *d = m->catalog_diags.n ? &m->catalog_diags.items[0] : NULL;

	m->reloads = NULL;
	for (size_t i = 0; calls && calls[i]; i++) {
		if (d)
			sd_bus_reply_method_errorf(calls[i], BUS_ERROR_BAD_REQUEST, "%s: %s",
						   diag_code_name(d->code), d->message);
		else
			sd_bus_reply_method_return(calls[i], "");
		sd_bus_message_unref(calls[i]);
	}
	free(calls);
}

static void after_catalog(struct manager *m)
{
	refresh_views(m);
	answer_reloads(m);
	if (m->running && m->running->state == JOB_WAITING)
		change_begin(m, m->running);
}

static void on_catalog(void *userdata, int result, struct catalog *catalog,
		       const struct diag_list *diags)
{
	struct manager *m = userdata;

	reader_free(TAKE_PTR(m->reader));
	if (m->read_again && manager_read_catalog(m) >= 0)
		return;
	diag_list_done(&m->catalog_diags);
	if (result < 0) {
		diag_list_append(&m->catalog_diags, diags);
	} else {
		report_unfit(catalog, &m->catalog);
		catalog_done(&m->catalog);
		m->catalog = *catalog;
		*catalog = (struct catalog){};
	}
	after_catalog(m);
}

/* A policy that cannot be read allows nothing. */
static int read_policy(struct manager *m)
{
	_cleanup_(diag_list_done) struct diag_list diags = {};
	_cleanup_policy_ struct policy policy = {};
	int r;

	r = policy_read(m->config.policy, &diags, &policy);
	if (r >= 0)
		r = pins_read(&m->config, &diags, &policy);
	if (r >= 0) {
		policy_done(&m->policy);
		m->policy = policy;
		policy = (struct policy){};
	}
	if (r >= 0 && m->policy.signatures == SIGNATURES_KERNEL)
		r = kernel_check_enforcement(m->config.sysfs, &diags);
	if (r < 0) {
		diag_list_done(&m->catalog_diags);
		diag_list_append(&m->catalog_diags, &diags);
	}
	return r;
}

int manager_read_catalog(struct manager *m)
{
	int r;

	m->read_again = m->reader != NULL;
	if (m->reader)
		return 0;
	r = read_policy(m);
	if (r >= 0)
		r = reader_start(
			m->event, &m->config, *m->kernel_build_id ? m->kernel_build_id : NULL,
			m->policy.signatures == SIGNATURES_REQUIRE, on_catalog, m, &m->reader);
	return r;
}

int manager_reload(struct manager *m, sd_bus_message *call)
{
	sd_bus_message **grown;
	size_t n = 0;
	int r;

	while (m->reloads && m->reloads[n])
		n++;
	grown = reallocarray(m->reloads, n + 2, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	m->reloads = grown;
	grown[n] = sd_bus_message_ref(call);
	grown[n + 1] = NULL;
	r = manager_refresh(m, NULL);
	if (r < 0 || manager_read_catalog(m) < 0)
		answer_reloads(m);
	return 0;
}

static void on_catalog_changed(void *userdata)
{
	struct manager *m = userdata;

	if (manager_read_catalog(m) < 0)
		after_catalog(m);
}

int manager_enqueue(struct manager *m, struct job *job)
{
	struct job **tail = &m->queue;
	int r;

	r = sd_event_source_set_enabled(m->dispatch, SD_EVENT_ONESHOT);
	if (r < 0)
		return r;
	while (*tail)
		tail = &(*tail)->next;
	job->id = ++m->last_job_id;
	*tail = job;
	bus_job_new(m, job);
	return 0;
}

static void become_ready(struct manager *m)
{
	if (m->ready)
		return;
	m->ready = true;
	sd_notify(/* unset_environment= */ false, "READY=1");
}

/*
 * After a patch failed at the start: once more, without it. Where nobody knows which, each goes
 * on its own.
 */
static bool start_again(struct manager *m, const struct job *job)
{
	struct job *again;

	if (job->state != JOB_FAILED || job->left_behind)
		return false;
	if (!job->culprit && job->options & PLAN_SEPARATELY)
		return false;
	if (job->culprit && strv_append(&m->skipped, job->culprit) < 0)
		return false;
	again = job_new(JOB_START, job->names, 0, job->culprit ? job->options : PLAN_SEPARATELY);
	if (again && manager_enqueue(m, again) < 0) {
		job_free(again);
		again = NULL;
	}
	return again != NULL;
}

/* What a change has left behind is undone as it would be at a start. */
static void queue_repair(struct manager *m, const struct job *job)
{
	struct job *repair = job_new(JOB_START, job->plan.added, 0, 0);

	if (repair && manager_enqueue(m, repair) < 0)
		job_free(repair);
}

static void report_status(const struct manager *m)
{
	size_t live = 0;

	for (size_t i = 0; i < m->core.n; i++)
		live += m->core.items[i].state == CORE_LIVE;
	sd_notifyf(/* unset_environment= */ false, "STATUS=Generation %llu, %zu live patch%s%s",
		   (unsigned long long)m->current.number, live, live == 1 ? "" : "es",
		   m->broken ? "; an unfinished change is left" : "");
}

void manager_job_done(struct manager *m, struct job *job)
{
	bool more = job->verb == JOB_START && start_again(m, job);

	if (m->broken && job->verb != JOB_START && job->left_behind)
		queue_repair(m, job);
	manager_refresh(m, /* diags= */ NULL);
	report_status(m);
	bus_job_removed(m, job);
	m->running = NULL;
	job_free(job);
	if (!more)
		become_ready(m);
	if (m->stopping)
		sd_event_exit(m->event, m->exit_code);
	else if (m->queue)
		sd_event_source_set_enabled(m->dispatch, SD_EVENT_ONESHOT);
}

void manager_stop(struct manager *m, int exit_code)
{
	m->stopping = true;
	m->exit_code = exit_code;
	if (!m->running)
		sd_event_exit(m->event, exit_code);
}

static int on_terminate(sd_event_source *source, const struct signalfd_siginfo *info,
			void *userdata)
{
	sd_notify(/* unset_environment= */ false, "STOPPING=1");
	manager_stop(userdata, EXIT_SUCCESS);
	return 0;
}

static int on_hangup(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	manager_refresh(userdata, /* diags= */ NULL);
	on_catalog_changed(userdata);
	return 0;
}

static int add_sources(struct manager *m)
{
	sigset_t signals;
	int r;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &signals, NULL) < 0)
		return -errno;
	r = sd_event_add_signal(m->event, NULL, SIGTERM, on_terminate, m);
	if (r >= 0)
		r = sd_event_add_signal(m->event, NULL, SIGINT, on_terminate, m);
	if (r >= 0)
		r = sd_event_add_signal(m->event, NULL, SIGHUP, on_hangup, m);
	if (r >= 0)
		r = sd_event_add_defer(m->event, &m->dispatch, on_dispatch, m);
	if (r >= 0)
		r = sd_event_source_set_enabled(m->dispatch, SD_EVENT_OFF);
	if (r >= 0)
		r = sd_event_set_watchdog(m->event, true);
	return r;
}

static void report_problem(const struct diag_list *diags, const char *what)
{
	if (diags->n)
		journal_write(/* state= */ NULL, JOURNAL_FAILED,
			      &(struct journal_fields){.diag = &diags->items[0]}, "%s", what);
}

static int take_lock(struct manager *m)
{
	_cleanup_(diag_list_done) struct diag_list diags = {};

	m->lock = lock_take(m->config.state, &diags);
	if (m->lock != -EBUSY)
		return 0;
	report_problem(&diags, "start");
	return -EALREADY;
}

static int connect_all(struct manager *m)
{
	int r;

	r = take_lock(m);
	if (r >= 0)
		r = sd_event_default(&m->event);
	if (r >= 0)
		r = add_sources(m);
	return r < 0 ? r : bus_connect(m);
}

int manager_new(const struct config *config, struct manager **ret)
{
	_cleanup_(manager_freep) struct manager *m = calloc(1, sizeof(*m));
	int r;

	if (!m)
		return -ENOMEM;
	m->config = *config;
	r = connect_all(m);
	if (r < 0) {
		m->config = (struct config){};
		return r;
	}
	r = catalog_watch_new(m->event, &m->config, on_catalog_changed, m, &m->catalog_watch);
	if (r < 0)
		return r;
	if (build_id_of_kernel(m->config.sysfs, m->kernel_build_id) < 0)
		m->kernel_build_id[0] = '\0';
	*ret = TAKE_PTR(m);
	return 0;
}

/* Without the core nothing can be live; what is in force follows when it can be loaded. */
static void load_core(struct manager *m)
{
	_cleanup_(diag_list_done) struct diag_list diags = {};

	if (kernel_load_core(&m->config, &diags) < 0)
		report_problem(&diags, "start");
}

/* Answer questions, and change nothing. */
static int start_idle(struct manager *m)
{
	if (manager_read_catalog(m) < 0)
		after_catalog(m);
	become_ready(m);
	return 0;
}

int manager_start(struct manager *m)
{
	_cleanup_(start_result_done) struct start_result found = {};
	_cleanup_(diag_list_done) struct diag_list diags = {};
	struct job *job;
	int r;

	load_core(m);
	r = manager_refresh(m, &diags);
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		report_problem(&diags, "start: nothing is changed");
		return start_idle(m);
	}
	start_judge(m->config.state, m->current.number, m->config.boot_id, &m->quarantine, &found);
	if (found.broken) {
		m->broken = true;
		return start_idle(m);
	}
	/* Where nothing is to be brought live, nobody has to wait for the catalog. */
	if (m->current.n_patches == 0 && !found.leftovers)
		become_ready(m);
	job = job_new(JOB_START, found.leftovers, 0, 0);
	if (!job)
		return -ENOMEM;
	r = manager_enqueue(m, job);
	if (r < 0)
		job_free(job);
	return r;
}

int manager_run(struct manager *m)
{
	return sd_event_loop(m->event);
}
