// SPDX-License-Identifier: GPL-2.0
#include "change.h"

int verb_revert(struct ctl *ctl, int n_args, char **args)
{
	return change_named(ctl, "Revert", "revert", args, "reverted");
}
