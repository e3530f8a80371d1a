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
#include "start.h"

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
	sd_bus_flush_close_unref(m->bus);
	sd_event_unref(m->event);
	views_done(&m->views);
	catalog_done(&m->catalog);
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

		if (e->problems.n == 0 || same_problem(e, catalog_find(before, e->name)))
			continue;
		fields.diag = &e->problems.items[0];
		journal_write(/* state= */ NULL, JOURNAL_UNFIT, &fields,
			      "patch %s in the catalog will not be loaded", e->name);
	}
}

static int read_catalog(struct manager *m, struct diag_list *diags)
{
	const struct catalog_kernel kernel = {
		.release = m->config.release,
		.build_id = *m->kernel_build_id ? m->kernel_build_id : NULL,
	};
	struct catalog catalog;
	int r;

	r = catalog_read(m->config.catalog, &kernel, &catalog);
	if (r < 0)
		return diag_add(diags, KM102, DIAG_ERROR, r,
				&(struct diag_where){.file = m->config.catalog},
				"the catalog %s cannot be read: %s", m->config.catalog,
				strerror(-r));
	report_unfit(&catalog, &m->catalog);
	catalog_done(&m->catalog);
	m->catalog = catalog;
	return 0;
}

static int read_state(struct manager *m, struct diag_list *diags)
{
	_cleanup_quarantine_ struct quarantine quarantine = {};
	_cleanup_generation_ struct generation current = {};
	bool moved;
	int r;

	r = generation_read_current(m->config.state, diags, &current);
	if (r >= 0)
		r = quarantine_read(m->config.state, diags, &quarantine);
	if (r < 0)
		return r;
	moved = current.number != m->current.number;
	generation_done(&m->current);
	m->current = current;
	current = (struct generation){};
	quarantine_done(&m->quarantine);
	m->quarantine = quarantine;
	quarantine = (struct quarantine){};
	if (moved)
		bus_property_changed(m, "Generation");
	return 0;
}

int manager_refresh(struct manager *m, struct diag_list *diags)
{
	int r, q;

	r = read_catalog(m, diags);
	q = read_state(m, diags);
	if (r >= 0)
		r = q;
	q = read_core(m);
	if (q < 0)
		diag_error(diags, KM614, q, "the core's files in sysfs cannot be read: %s",
			   strerror(-q));
	if (r >= 0)
		r = q;
	q = refresh_views(m);
	return r < 0 ? r : q;
}

static int on_dispatch(sd_event_source *source, void *userdata)
{
	struct manager *m = userdata;

	if (m->running || !m->queue)
		return 0;
	m->running = m->queue;
	m->queue = m->running->next;
	m->running->next = NULL;
	change_begin(m, m->running);
	return 0;
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

/* After a patch failed at the start: once more, without it. */
static bool start_again(struct manager *m, const struct job *job)
{
	struct job *again;

	if (job->state != JOB_FAILED || job->left_behind || !job->culprit ||
	    strv_append(&m->skipped, job->culprit) < 0)
		return false;
	again = job_new(JOB_START, job->names, 0, false);
	if (again && manager_enqueue(m, again) < 0) {
		job_free(again);
		again = NULL;
	}
	return again != NULL;
}

/* What a change has left behind is undone as it would be at a start. */
static void queue_repair(struct manager *m, const struct job *job)
{
	struct job *repair = job_new(JOB_START, job->plan.added, 0, false);

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
		become_ready(m);
		return 0;
	}
	start_judge(m->config.state, m->current.number, m->config.boot_id, &m->quarantine, &found);
	if (found.broken) {
		m->broken = true;
		become_ready(m);
		return 0;
	}
	job = job_new(JOB_START, found.leftovers, 0, false);
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
