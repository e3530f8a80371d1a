/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who may have what done: root anything, others what polkit allows them. The caller is told by its
 * unique name on the bus, never by capabilities of its process.
 */
#ifndef KMENDD_POLKIT_H
#define KMENDD_POLKIT_H

#include <stddef.h>
#include <systemd/sd-bus.h>

/* Actions, as in org.kmend1.policy. */
#define POLKIT_APPLY     "org.kmend1.apply"
#define POLKIT_REVERT    "org.kmend1.revert"
#define POLKIT_ROLLBACK  "org.kmend1.rollback"
#define POLKIT_FORCE     "org.kmend1.force"
#define POLKIT_CONFIGURE "org.kmend1.configure"
#define POLKIT_RELOAD    "org.kmend1.reload"

struct polkit_check;

/* Calls that wait to be allowed. */
struct polkit {
	struct polkit_check *checks;
};

/* What is asked: may the sender of a call do this? */
struct polkit_question {
	const char *action;
	const char *patches; /* for polkit's rules: names, separated by blanks; NULL: none */
	sd_bus_message_handler_t allowed; /* carries the call out, from its first argument on */
	void *userdata; /* of it */
};

/*
 * To be returned by a method's handler. Nothing is waited for: when the sender may, the call is
 * carried out from the event loop, and otherwise answered with AccessDenied, or
 * InteractiveAuthorizationRequired where the sender could prove who it is but has not allowed to
 * be asked.
 */
int polkit_authorize(struct polkit *polkit, sd_bus_message *call,
		     const struct polkit_question *question, sd_bus_error *error);

/* Forget the calls that wait; they are not answered. */
void polkit_done(struct polkit *polkit);

#endif
