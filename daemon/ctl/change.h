/* SPDX-License-Identifier: GPL-2.0 */
/* What apply and revert have in common. */
#ifndef KMENDCTL_CHANGE_H
#define KMENDCTL_CHANGE_H

#include <stdint.h>

#include "verbs.h"

/* Call a method that takes names and flags; past: what has happened to them when it is done. */
int change_named(struct ctl *ctl, const char *method, char **names, uint64_t flags,
		 const char *past);

#endif
