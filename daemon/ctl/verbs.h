/* SPDX-License-Identifier: GPL-2.0 */
/* kmendctl's verbs: one file each. */
#ifndef KMENDCTL_VERBS_H
#define KMENDCTL_VERBS_H

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "lib/cleanup.h"
#include "lib/diag.h"
#include "table.h"

/* What kmendctl exits with, as its man page says; EXIT_SUCCESS and EXIT_FAILURE apart. */
#define EXIT_REFUSED     2 /* the request itself: wrong words, or not permitted */
#define EXIT_NOT_LIVE    3 /* what was asked about is not live, or not wholly */
#define EXIT_UNREACHABLE 4 /* kmendd, or the bus */

struct ctl {
	sd_bus *bus;
	const char *host; /* whose bus, over SSH; NULL: this machine's */
	const char *machine; /* a local container's */
	enum json_style json;
	bool legend;
	bool lift_quarantine;
	bool dependents;
	const char *reason; /* of a quarantine; NULL: none is given */
	bool ask_password; /* whoever has to prove who they are may be asked */
	bool held;
	bool dry_run;
	bool answered; /* JSON has been printed */
	int status; /* EXIT_*, where nothing went wrong */
	struct diag_list diags; /* printed at the end */
};

/* args: what follows the verb. All return 0, or a negative errno with a diagnostic added. */
int verb_list(struct ctl *ctl, int n_args, char **args);
int verb_status(struct ctl *ctl, int n_args, char **args);
int verb_apply(struct ctl *ctl, int n_args, char **args);
int verb_revert(struct ctl *ctl, int n_args, char **args);
int verb_rollback(struct ctl *ctl, int n_args, char **args);
int verb_plan(struct ctl *ctl, int n_args, char **args);
int verb_history(struct ctl *ctl, int n_args, char **args);
int verb_diff(struct ctl *ctl, int n_args, char **args);
int verb_show(struct ctl *ctl, int n_args, char **args);
int verb_verify(struct ctl *ctl, int n_args, char **args);
int verb_quarantine(struct ctl *ctl, int n_args, char **args);
int verb_release(struct ctl *ctl, int n_args, char **args);
int verb_mask(struct ctl *ctl, int n_args, char **args);
int verb_unmask(struct ctl *ctl, int n_args, char **args);
int verb_pin(struct ctl *ctl, int n_args, char **args);
int verb_unpin(struct ctl *ctl, int n_args, char **args);
int verb_monitor(struct ctl *ctl, int n_args, char **args);

#endif
