// SPDX-License-Identifier: GPL-2.0
#include "change.h"

#define FLAG_DEPENDENTS 0x1

int verb_revert(struct ctl *ctl, int n_args, char **args)
{
	return change_named(ctl, "Revert", args, ctl->dependents ? FLAG_DEPENDENTS : 0, "reverted");
}
