/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sending the callers of old functions to new ones with ftrace. Every function that is redirected
 * is a site, and has one owner. All of this needs kmend_lock.
 */
#ifndef KMEND_REDIRECT_H
#define KMEND_REDIRECT_H

#include <linux/types.h>

struct func;
struct patch;
struct redirect;

/*
 * Take all functions of a patch, with one new ftrace op. It is passive: calls still reach the old
 * functions. Returns 0, or a negative errno with nothing changed and the reason said: -EBUSY when
 * a function belongs to another patch or to somebody else in the kernel. *ret is NULL where the
 * patch has only callbacks; the others take that as nothing to be done.
 */
int redirect_install(struct patch *patch, struct redirect **ret);

/* Switch all functions together; to be called with the machine stopped. */
void redirect_switch(struct redirect *redirect, bool live);

/*
 * Give the functions back. When it returns 0 nobody is in the handler any more and the redirect
 * is freed. On an error ftrace has died, its memory and modules must stay until reboot.
 */
int redirect_uninstall(struct redirect *redirect);

/* Is this function's redirect in effect: the call at its entry in place and the site switched? */
bool redirect_is_live(const struct func *func);

#endif
