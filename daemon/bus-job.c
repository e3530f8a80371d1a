// SPDX-License-Identifier: GPL-2.0
/* Jobs as bus objects, while they wait or run. */
#include <stddef.h>
#include <string.h>

#include "bus.h"
#include "lib/strv.h"
#include "manager.h"

char *bus_job_path(const struct job *job)
{
	char *path;

	return asprintf(&path, BUS_JOB_PATH "/%u", job->id) < 0 ? NULL : path;
}

static int get_verb(sd_bus *bus, const char *path, const char *interface, const char *property,
		    sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	return sd_bus_message_append(reply, "s",
				     job_verb_to_string(((struct job *)userdata)->verb));
}

static int get_state(sd_bus *bus, const char *path, const char *interface, const char *property,
		     sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	return sd_bus_message_append(reply, "s",
				     job_state_to_string(((struct job *)userdata)->state));
}

static const sd_bus_vtable vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("Id", "u", NULL, offsetof(struct job, id), SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("Verb", "s", get_verb, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("State", "s", get_state, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_VTABLE_END,
};

static int find(sd_bus *bus, const char *path, const char *interface, void *userdata,
		void **ret_found, sd_bus_error *error)
{
	const char *number = path + strlen(BUS_JOB_PATH "/");
	struct job *job;
	unsigned long id;
	char *end;

	if (strlen(path) <= strlen(BUS_JOB_PATH "/"))
		return 0;
	id = strtoul(number, &end, 10);
	if (*end || id == 0 || id > UINT32_MAX)
		return 0;
	job = manager_find_job(userdata, id);
	if (!job)
		return 0;
	*ret_found = job;
	return 1;
}

static int append_path(char ***paths, const struct job *job)
{
	_cleanup_free_ char *path = bus_job_path(job);

	return path ? strv_append(paths, path) : -ENOMEM;
}

static int enumerate(sd_bus *bus, const char *prefix, void *userdata, char ***ret_nodes,
		     sd_bus_error *error)
{
	_cleanup_strv_ char **paths = NULL;
	struct manager *m = userdata;
	int r = 0;

	if (m->running)
		r = append_path(&paths, m->running);
	for (const struct job *job = m->queue; job && r >= 0; job = job->next)
		r = append_path(&paths, job);
	if (r < 0)
		return r;
	*ret_nodes = TAKE_PTR(paths);
	return 1;
}

int bus_add_jobs(struct manager *m)
{
	int r;

	r = sd_bus_add_fallback_vtable(m->bus, NULL, BUS_JOB_PATH, BUS_JOB_INTERFACE, vtable, find,
				       m);
	return r < 0 ? r : sd_bus_add_node_enumerator(m->bus, NULL, BUS_JOB_PATH, enumerate, m);
}

void bus_job_new(struct manager *m, const struct job *job)
{
	_cleanup_free_ char *path = bus_job_path(job);

	if (m->bus && path)
		sd_bus_emit_signal(m->bus, BUS_PATH, BUS_INTERFACE, "JobNew", "uo", job->id, path);
}

void bus_job_changed(struct manager *m, const struct job *job)
{
	_cleanup_free_ char *path = bus_job_path(job);

	if (m->bus && path)
		sd_bus_emit_properties_changed(m->bus, path, BUS_JOB_INTERFACE, "State", NULL);
}

static int emit_removed(struct manager *m, const struct job *job, const char *path,
			const char *code, const char *text)
{
	return sd_bus_emit_signal(m->bus, BUS_PATH, BUS_INTERFACE, "JobRemoved", "uosss", job->id,
				  path, job_state_to_string(job->state), code, text);
}

void bus_job_removed(struct manager *m, const struct job *job)
{
	_cleanup_free_ char *path = bus_job_path(job);
	const struct diag *why = job->state == JOB_FAILED ? job_failure(job) : NULL;
	_cleanup_free_ char *text = why ? diag_describe(why) : NULL;
	const char *code = "";

	if (!m->bus || !path)
		return;
	if (job->state == JOB_FAILED)
		code = diag_code_name(why ? why->code : KM104);
	/* Whoever waits for the job must hear of its end, even if not why. */
	if (emit_removed(m, job, path, code, text ?: "") < 0)
		emit_removed(m, job, path, code, "");
}
