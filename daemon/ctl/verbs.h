/* SPDX-License-Identifier: GPL-2.0 */
/* kmendctl's verbs: one file each. */
#ifndef KMENDCTL_VERBS_H
#define KMENDCTL_VERBS_H

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "lib/cleanup.h"
#include "lib/diag.h"

struct ctl {
	sd_bus *bus;
	bool json;
	bool legend;
	bool lift_quarantine;
	bool dependents;
	bool ask_password; /* whoever has to prove who they are may be asked */
	bool answered; /* JSON has been printed */
	struct diag_list diags; /* printed at the end */
};

/* args: what follows the verb. All return 0, or a negative errno with a diagnostic added. */
int verb_list(struct ctl *ctl, int n_args, char **args);
int verb_status(struct ctl *ctl, int n_args, char **args);
int verb_apply(struct ctl *ctl, int n_args, char **args);
int verb_revert(struct ctl *ctl, int n_args, char **args);
int verb_rollback(struct ctl *ctl, int n_args, char **args);
int verb_history(struct ctl *ctl, int n_args, char **args);

#endif
