// SPDX-License-Identifier: GPL-2.0
#include "change.h"

#define FLAG_LIFT_QUARANTINE 0x1

int verb_apply(struct ctl *ctl, int n_args, char **args)
{
	return change_named(ctl, "Apply", args, ctl->lift_quarantine ? FLAG_LIFT_QUARANTINE : 0,
			    "live");
}
