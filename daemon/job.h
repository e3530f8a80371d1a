/* SPDX-License-Identifier: GPL-2.0 */
/* A job: one change that was asked for, from the request to JobRemoved. */
#ifndef KMENDD_JOB_H
#define KMENDD_JOB_H

#include <stdint.h>

#include "generation.h"
#include "guard.h"
#include "lib/diag.h"
#include "loader.h"
#include "plan.h"

struct manager;

enum job_verb {
	JOB_START, /* bring the kernel in line with the generation in force */
	JOB_APPLY,
	JOB_REVERT,
	JOB_ROLLBACK,
	_JOB_VERB_MAX,
};

enum job_state {
	JOB_WAITING,
	JOB_RUNNING,
	JOB_DONE,
	JOB_FAILED,
};

struct job {
	uint32_t id; /* from 1 */
	enum job_verb verb;
	enum job_state state;
	char **names; /* of apply and revert; of start: what an unfinished change may have left */
	uint64_t target; /* generation of rollback; 0: the one before the current */
	unsigned options; /* of enum plan_option */

	struct plan plan;
	struct generation generation; /* that it makes */
	uint64_t base; /* of that generation */
	bool left_behind; /* it failed, and the kernel is not as before */
	char *culprit; /* the patch whose step failed, or NULL */
	struct loader *loader;
	bool undoing; /* the kernel was changed, but the change could not be recorded */
	struct diag_list diags;
	struct job *next; /* in the queue */
};

/* names are copied. Returns NULL when out of memory. */
struct job *job_new(enum job_verb verb, char *const *names, uint64_t target, unsigned options);
void job_free(struct job *job);

const char *job_verb_to_string(enum job_verb verb);
const char *job_state_to_string(enum job_state state);

/* The diagnostic that tells why it failed: the first error or refusal; NULL if there is none. */
const struct diag *job_failure(const struct job *job);

DEFINE_CLEANUP(struct job *, job_free)

#endif
