// SPDX-License-Identifier: GPL-2.0
#include "start.h"

#include <string.h>
#include <time.h>

#include "generation.h"
#include "guard.h"
#include "journal.h"
#include "lib/diag.h"
#include "lib/strv.h"
#include "quarantine.h"

void start_result_done(struct start_result *result)
{
	strv_free(result->leftovers);
	*result = (struct start_result){};
}

/* The change never came in force; its generation stays in the history with what became of it. */
static int note_generation(const char *state, const struct guard *guard, enum generation_state what,
			   const char *reason)
{
	_cleanup_generation_ struct generation g = {
		.number = guard->generation,
		.base = guard->base,
		.time_us = time(NULL) * 1000000ULL,
		.state = what,
		.verb = strdup(guard->verb),
		.kernel_release = strdup(""),
		.reason = strdup(reason),
	};
	int r = 0;

	if (guard->generation == guard->base)
		return 0;
	if (!g.verb || !g.kernel_release || !g.reason)
		return -ENOMEM;
	for (size_t i = 0; guard->added && guard->added[i] && r >= 0; i++)
		r = generation_add(&g, guard->added[i], guard->versions[i], NULL);
	return r < 0 ? r : generation_write(state, &g);
}

static int quarantine_added(const char *state, const struct guard *guard, struct quarantine *q)
{
	_cleanup_free_ char *reason = NULL;
	int r = 0;

	if (asprintf(&reason, "the machine went down while generation %llu was being applied",
		     (unsigned long long)guard->generation) < 0)
		return -ENOMEM;
	for (size_t i = 0; guard->added && guard->added[i] && r >= 0; i++)
		r = quarantine_add(q, guard->added[i], guard->versions[i], reason);
	return r < 0 ? r : quarantine_write(state, q);
}

static int after_machine_death(const char *state, const struct guard *guard, struct quarantine *q)
{
	_cleanup_free_ char *patches = strv_join(guard->added, " ");
	const struct journal_fields fields = {guard->generation, patches, NULL};
	int r;

	r = quarantine_added(state, guard, q);
	if (r >= 0)
		r = note_generation(state, guard, GENERATION_QUARANTINED,
				    "the machine went down while it was being applied");
	if (r >= 0)
		r = guard_remove(state);
	if (r < 0)
		return r;
	journal_write(state, JOURNAL_QUARANTINED, &fields,
		      "the machine went down while generation %llu was being applied; in "
		      "quarantine: %s",
		      (unsigned long long)guard->generation,
		      patches && *patches ? patches : "none");
	return 0;
}

static int after_daemon_death(const char *state, const struct guard *guard,
			      struct start_result *result)
{
	_cleanup_free_ char *patches = strv_join(guard->added, " ");
	const struct journal_fields fields = {guard->generation, patches, NULL};
	int r;

	r = note_generation(state, guard, GENERATION_INTERRUPTED,
			    "kmendd died while it was being applied");
	if (r < 0)
		return r;
	journal_write(state, JOURNAL_RECOVERED, &fields,
		      "kmendd died while generation %llu was being applied; it is undone now",
		      (unsigned long long)guard->generation);
	/* A start that was itself interrupted has what it was to undo among the removed. */
	r = strv_copy(guard->added, &result->leftovers);
	for (size_t i = 0; guard->removed && guard->removed[i] && r >= 0; i++)
		r = strv_append(&result->leftovers, guard->removed[i]);
	return r;
}

static int judge(const char *state, const struct guard *guard, uint64_t current,
		 const char *boot_id, struct quarantine *q, struct start_result *result)
{
	switch (guard_judge(guard, current, boot_id)) {
	case GUARD_COMMITTED:
		return guard_remove(state);
	case GUARD_DAEMON_DIED:
		return after_daemon_death(state, guard, result);
	case GUARD_MACHINE_DIED:
		return after_machine_death(state, guard, q);
	}
	return -EINVAL;
}

void start_judge(const char *state, uint64_t current, const char *boot_id, struct quarantine *q,
		 struct start_result *ret)
{
	_cleanup_(diag_list_done) struct diag_list diags = {};
	_cleanup_guard_ struct guard guard = {};
	int r;

	*ret = (struct start_result){};
	r = guard_read(state, &diags, &guard);
	if (r == -ENOENT)
		return;
	if (r >= 0)
		r = judge(state, &guard, current, boot_id, q, ret);
	if (r >= 0)
		return;
	if (diags.n == 0)
		diag_error(&diags, KM611, r, "%s cannot be written: %s", state, strerror(-r));
	journal_write(/* state= */ NULL, JOURNAL_BROKEN,
		      &(struct journal_fields){.diag = &diags.items[0]},
		      "an unfinished change is left, and nothing will be changed");
	ret->broken = 1;
}
