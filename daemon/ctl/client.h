/* SPDX-License-Identifier: GPL-2.0 */
/* kmendctl's side of the bus. */
#ifndef KMENDCTL_CLIENT_H
#define KMENDCTL_CLIENT_H

#include "verbs.h"

/* Diagnosed as KM624 when there is no bus. */
int client_connect(struct ctl *ctl);

/* Call a method without arguments; the caller unrefs *ret. Errors are diagnosed. */
int client_call(struct ctl *ctl, const char *method, sd_bus_message **ret);

/* A new call of a Manager method, to be filled in and given to client_send() or _change(). */
int client_new_call(struct ctl *ctl, const char *method, sd_bus_message **ret);

/* Send the call; the caller unrefs *ret, which may be NULL. Errors are diagnosed. */
int client_send(struct ctl *ctl, sd_bus_message *call, sd_bus_message **ret);

/* Send the call, wait for the job that it makes, and print its result. */
int client_change(struct ctl *ctl, sd_bus_message *call, const char *done);

/* Diagnose a bus error; returns err. */
int client_complain(struct ctl *ctl, const sd_bus_error *error, int err);

#endif
