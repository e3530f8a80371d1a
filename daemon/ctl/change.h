/* SPDX-License-Identifier: GPL-2.0 */
/* What verbs that name patches have in common. */
#ifndef KMENDCTL_CHANGE_H
#define KMENDCTL_CHANGE_H

#include "verbs.h"

/*
 * Call a method that takes names and flags, or ask for the plan of this verb where that is all
 * that is wanted; past: what has happened to them when it is done.
 */
int change_named(struct ctl *ctl, const char *method, const char *verb, char **names,
		 const char *past);

/* Diagnosed as KM101 when one of them is not a patch's name. */
int change_check_names(struct ctl *ctl, char *const *names);

#endif
