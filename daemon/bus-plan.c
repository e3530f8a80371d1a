// SPDX-License-Identifier: GPL-2.0
/* The method Plan: what a change would do, and that nothing is done. */
#include <string.h>

#include "bus.h"
#include "change.h"
#include "lib/strv.h"
#include "manager.h"

static int append_changes(sd_bus_message *reply, const struct plan *plan)
{
	int r;

	r = sd_bus_message_open_container(reply, 'a', "(ssss)");
	for (size_t i = 0; i < plan->n_changes && r >= 0; i++) {
		const struct plan_change *c = &plan->changes[i];

		r = sd_bus_message_append(reply, "(ssss)", c->action, c->name, c->version, c->why);
	}
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int append_steps(sd_bus_message *reply, const struct steps *steps)
{
	int r;

	r = sd_bus_message_open_container(reply, 'a', "(ss)");
	for (size_t i = 0; i < steps->n && r >= 0; i++) {
		const struct step *s = &steps->items[i];
		_cleanup_free_ char *text = step_text(s);

		r = text ? sd_bus_message_append(reply, "(ss)", step_op_to_string(s->op), text) :
			   -ENOMEM;
	}
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int append_result(sd_bus_message *reply, const struct generation *g)
{
	int r;

	r = sd_bus_message_open_container(reply, 'a', "(ss)");
	for (size_t i = 0; i < g->n_patches && r >= 0; i++)
		r = sd_bus_message_append(reply, "(ss)", g->patches[i].name, g->patches[i].version);
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int append_diags(sd_bus_message *reply, const struct diag_list *diags)
{
	int r;

	r = sd_bus_message_open_container(reply, 'a', "(ssss)");
	for (size_t i = 0; i < diags->n && r >= 0; i++) {
		const struct diag *d = &diags->items[i];
		_cleanup_free_ char *text = diag_describe(d);

		r = text ? sd_bus_message_append(reply, "(ssss)", diag_severity_name(d->severity),
						 diag_code_name(d->code), text,
						 d->hint ?: diag_code_hint(d->code)) :
			   -ENOMEM;
	}
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int answer(sd_bus_message *message, const struct job *job, bool feasible)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int r;

	r = sd_bus_message_new_method_return(message, &reply);
	if (r >= 0)
		r = sd_bus_message_append(reply, "b", feasible);
	if (r >= 0)
		r = append_changes(reply, &job->plan);
	if (r >= 0)
		r = append_steps(reply, &job->plan.steps);
	if (r >= 0)
		r = append_result(reply, &job->plan.result);
	if (r >= 0)
		r = append_diags(reply, &job->diags);
	return r < 0 ? r : sd_bus_send(NULL, reply, NULL);
}

static enum job_verb verb_from_string(const char *s)
{
	enum job_verb verb = 0;

	while (verb < _JOB_VERB_MAX && strcmp(job_verb_to_string(verb), s) != 0)
		verb++;
	return verb;
}

static int check_arguments(enum job_verb verb, char **names, uint64_t generation,
			   sd_bus_error *error)
{
	if (verb == _JOB_VERB_MAX)
		return sd_bus_error_setf(error, BUS_ERROR_BAD_REQUEST,
					 "KM101: there are no plans for this verb");
	if (verb == JOB_APPLY || verb == JOB_REVERT) {
		int r = bus_check_names(names, error);

		if (r < 0)
			return r;
	} else if (names) {
		return sd_bus_error_setf(error, BUS_ERROR_BAD_REQUEST,
					 "KM101: %s takes no names of patches",
					 job_verb_to_string(verb));
	}
	if (generation && verb != JOB_ROLLBACK)
		return sd_bus_error_setf(error, BUS_ERROR_BAD_REQUEST,
					 "KM101: %s takes no generation", job_verb_to_string(verb));
	return 0;
}

int bus_method_plan(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	_cleanup_(job_freep) struct job *job = NULL;
	_cleanup_strv_ char **names = NULL;
	uint64_t generation, flags;
	struct manager *m = userdata;
	enum job_verb verb;
	unsigned options;
	const char *text;
	int r;

	r = sd_bus_message_read(message, "s", &text);
	if (r >= 0)
		r = sd_bus_message_read_strv(message, &names);
	if (r >= 0)
		r = sd_bus_message_read(message, "tt", &generation, &flags);
	if (r < 0)
		return r;
	verb = verb_from_string(text);
	r = check_arguments(verb, names, generation, error);
	if (r >= 0)
		r = bus_read_flags(verb, flags, &options, error);
	if (r < 0)
		return r;
	job = job_new(verb, names, generation, options);
	if (!job)
		return -ENOMEM;
	r = change_plan(m, job);
	if (r < 0 && !job_failure(job))
		return r;
	return answer(message, job, r >= 0);
}
