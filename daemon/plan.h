/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The plan: from what there is (catalog, core, generation in force, policy, quarantine) and what
 * is wanted to the steps that lead there, or to the diagnostics that say why nothing leads there.
 * The same input gives the same plan. Nothing is changed here, and nothing read but sysfs for the
 * target modules.
 */
#ifndef KMENDD_PLAN_H
#define KMENDD_PLAN_H

#include "catalog.h"
#include "generation.h"
#include "lib/core.h"
#include "policy.h"
#include "quarantine.h"
#include "transaction.h"

struct plan_input {
	const struct catalog *catalog;
	const struct core_patches *core; /* after plan_read_strangers() */
	const struct generation *current;
	const struct quarantine *quarantine;
	const struct policy *policy; /* NULL: nothing is pinned or held */
	const char *sysfs;
};

/* Bits of a plan's options. */
enum plan_option {
	PLAN_LIFT_QUARANTINE = 1 << 0, /* also what is in quarantine */
	PLAN_DEPENDENTS = 1 << 1, /* what depends on the patches to revert goes with them */
	PLAN_HELD = 1 << 2, /* also what the policy holds */
	PLAN_SEPARATELY = 1 << 3, /* a transition for each patch, to find out which one fails */
};

/* What happens to one patch. */
struct plan_change {
	const char *action; /* "apply", "revert", or "unload" for one that is not live */
	char *name;
	char *version;
	char *why;
};

struct plan {
	struct steps steps;
	struct generation result; /* only its patches are filled in */
	char **added; /* patches that the steps bring live, in order */
	char **versions; /* theirs, one each */
	char **removed; /* patches that the steps revert, in order */
	struct plan_change *changes; /* of the added ones, then of the removed ones */
	size_t n_changes;
	bool changes_set; /* does the result differ from the generation in force? */
};

/* Ask the core for the functions of what is live, but not in the catalog. */
int plan_read_strangers(const struct catalog *catalog, const char *sysfs,
			struct core_patches *core);

/*
 * Bring patches live, with those they depend or stack on, in place of those they replace. Options:
 * PLAN_LIFT_QUARANTINE, PLAN_HELD.
 */
int plan_apply(const struct plan_input *in, char *const *names, unsigned options,
	       struct diag_list *diags, struct plan *ret);

/*
 * Revert patches; live ones that need them are refused, or reverted too. Options:
 * PLAN_DEPENDENTS, PLAN_HELD.
 */
int plan_revert(const struct plan_input *in, char *const *names, unsigned options,
		struct diag_list *diags, struct plan *ret);

/* Go to exactly the set of another generation. Option: PLAN_HELD. */
int plan_rollback(const struct plan_input *in, const struct generation *target, unsigned options,
		  struct diag_list *diags, struct plan *ret);

/*
 * Make the kernel agree with the generation in force, as far as possible: what cannot be brought
 * live is left out, with a warning. skip: patches not to try; leftovers: patches that an
 * unfinished change may have brought in, to be reverted where they are not in force. Option:
 * PLAN_SEPARATELY.
 */
int plan_start(const struct plan_input *in, char *const *skip, char *const *leftovers,
	       unsigned options, struct diag_list *diags, struct plan *ret);

/* All of these return 0, a negative errno (diagnosed), or -ENOMEM. */

void plan_done(struct plan *plan);

#endif
