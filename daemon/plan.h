/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The plan: from what there is (catalog, core, generation in force, quarantine) and what is
 * wanted to the steps that lead there, or to the diagnostics that say why nothing leads there.
 * Nothing is changed here, and nothing read but sysfs for the target modules.
 */
#ifndef KMENDD_PLAN_H
#define KMENDD_PLAN_H

#include "catalog.h"
#include "generation.h"
#include "lib/core.h"
#include "quarantine.h"
#include "transaction.h"

struct plan_input {
	const struct catalog *catalog;
	const struct core_patches *core;
	const struct generation *current;
	const struct quarantine *quarantine;
	const char *sysfs;
};

struct plan {
	struct steps steps;
	struct generation result; /* only its patches are filled in */
	char **added; /* patches that the steps bring live, in order */
	char **versions; /* theirs, one each */
	char **removed; /* patches that the steps revert, in order */
	bool changes_set; /* does the result differ from the generation in force? */
};

/* Bring patches live, with those they depend on; a quarantined one only when lift is set. */
int plan_apply(const struct plan_input *in, char *const *names, bool lift, struct diag_list *diags,
	       struct plan *ret);

/* Revert patches; live ones that depend on them are reverted too, or refused. */
int plan_revert(const struct plan_input *in, char *const *names, bool dependents,
		struct diag_list *diags, struct plan *ret);

/* Go to exactly the set of another generation. */
int plan_rollback(const struct plan_input *in, const struct generation *target,
		  struct diag_list *diags, struct plan *ret);

/*
 * Make the kernel agree with the generation in force, as far as possible: what cannot be brought
 * live is left out, with a warning. skip: patches not to try; leftovers: patches that an
 * unfinished change may have brought in, to be reverted where they are not in force.
 */
int plan_start(const struct plan_input *in, char *const *skip, char *const *leftovers,
	       struct diag_list *diags, struct plan *ret);

/* All of these return 0, a negative errno (diagnosed), or -ENOMEM. */

void plan_done(struct plan *plan);

#endif
