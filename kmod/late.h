/* SPDX-License-Identifier: GPL-2.0 */
/* Modules that come and go while patches of them are registered. */
#ifndef KMEND_LATE_H
#define KMEND_LATE_H

struct patch;

/* Be told of them, or no more: then no patch is registered. */
int late_init(void);
void late_exit(void);

/*
 * Find those modules of a patch that are there, and prepare the patch for them; of later ones it is
 * told once it is in the registry. Returns 0, or a negative errno and has said why. *ret_coming is
 * the name of a module whose init runs now: then nothing was done. Needs kmend_lock.
 */
int late_find_targets(struct patch *patch, const char **ret_coming);

/*
 * Before an apply: prepare for those that are there, but could not be patched when they came.
 * Returns 0, or a negative errno and has said why. Needs kmend_lock.
 */
int late_prepare(struct patch *patch);

#endif
