/* SPDX-License-Identifier: GPL-2.0 */
/* Values of properties on the bus, as JSON and as text. */
#ifndef KMENDCTL_VALUE_H
#define KMENDCTL_VALUE_H

#include <systemd/sd-bus.h>

struct json_object;

/* Read one of the types s, t, u, b and as; NULL for others, or when out of memory. */
struct json_object *value_read(sd_bus_message *message, const char *type);

/* The caller frees it. Members of a list are joined by separator. */
char *value_text(struct json_object *value, const char *separator);

#endif
