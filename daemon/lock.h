/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One daemon at a time: a lock on the state folder. The loader inherits it, so that a daemon that
 * is started by hand does not begin to undo what the loader of a killed one is still doing.
 */
#ifndef KMENDD_LOCK_H
#define KMENDD_LOCK_H

struct diag_list;

/*
 * Returns the file descriptor that holds the lock until it is closed; -EBUSY (diagnosed as KM630)
 * when another daemon has it, after a wait; or another negative errno when the folder cannot be
 * written, and then nobody changes anything anyway.
 */
int lock_take(const char *state, struct diag_list *diags);

#endif
