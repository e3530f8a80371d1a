/* SPDX-License-Identifier: GPL-2.0 */
/* The callbacks that an author declares in a C file (kmend/author.h). */
#ifndef PATCHGEN_CALLBACKS_H
#define PATCHGEN_CALLBACKS_H

struct differ;
struct symbol;

/* List the callbacks, and refuse those that the core could not call. 0 or -ENOMEM. */
int judge_callbacks(struct differ *differ);

/* The function that is called for an event (KMEND_EVENT_*), or NULL. */
struct symbol *callback_function(const struct differ *differ, unsigned event);

#endif
