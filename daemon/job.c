// SPDX-License-Identifier: GPL-2.0
#include "job.h"

#include "lib/strv.h"

const char *job_verb_to_string(enum job_verb verb)
{
	static const char *const names[_JOB_VERB_MAX] = {
		[JOB_START] = "start",
		[JOB_APPLY] = "apply",
		[JOB_REVERT] = "revert",
		[JOB_ROLLBACK] = "rollback",
	};

	return names[verb];
}

const char *job_state_to_string(enum job_state state)
{
	static const char *const names[] = {
		[JOB_WAITING] = "waiting",
		[JOB_RUNNING] = "running",
		[JOB_DONE] = "done",
		[JOB_FAILED] = "failed",
	};

	return names[state];
}

struct job *job_new(enum job_verb verb, char *const *names, uint64_t target, unsigned options)
{
	_cleanup_(job_freep) struct job *job = calloc(1, sizeof(*job));

	if (!job || strv_copy(names, &job->names) < 0)
		return NULL;
	job->verb = verb;
	job->target = target;
	job->options = options;
	return TAKE_PTR(job);
}

void job_free(struct job *job)
{
	if (!job)
		return;
	loader_free(job->loader);
	strv_free(job->names);
	free(job->culprit);
	plan_done(&job->plan);
	generation_done(&job->generation);
	diag_list_done(&job->diags);
	free(job);
}

const struct diag *job_failure(const struct job *job)
{
	for (size_t i = 0; i < job->diags.n; i++)
		if (job->diags.items[i].severity <= DIAG_REFUSAL)
			return &job->diags.items[i];
	return NULL;
}
