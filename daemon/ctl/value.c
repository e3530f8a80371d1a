// SPDX-License-Identifier: GPL-2.0
#include "value.h"

#include <inttypes.h>
#include <string.h>

#include "daemon/json.h"
#include "lib/strv.h"

struct json_object *value_read(sd_bus_message *message, const char *type)
{
	struct json_object *value = NULL, *holder;
	_cleanup_strv_ char **list = NULL;
	const char *s;
	uint64_t t;
	uint32_t u;
	int b;

	if (type[0] && type[1] && strcmp(type, "as") != 0)
		return NULL;
	switch (*type) {
	case 's':
		if (sd_bus_message_read(message, "s", &s) >= 0)
			value = json_object_new_string(s);
		break;
	case 't':
		if (sd_bus_message_read(message, "t", &t) >= 0)
			value = json_object_new_uint64(t);
		break;
	case 'u':
		if (sd_bus_message_read(message, "u", &u) >= 0)
			value = json_object_new_int64(u);
		break;
	case 'b':
		if (sd_bus_message_read(message, "b", &b) >= 0)
			value = json_object_new_boolean(b);
		break;
	case 'a':
		holder = json_object_new_object();
		if (sd_bus_message_read_strv(message, &list) >= 0 &&
		    json_add_strv(holder, "list", list) >= 0)
			value = json_object_get(json_object_object_get(holder, "list"));
		json_object_put(holder);
		break;
	}
	return value;
}

char *value_text(struct json_object *value, const char *separator)
{
	_cleanup_strv_ char **list = NULL;

	switch (json_object_get_type(value)) {
	case json_type_boolean:
		return strdup(json_object_get_boolean(value) ? "yes" : "no");
	case json_type_array:
		for (size_t i = 0; i < json_object_array_length(value); i++)
			if (strv_append(&list, json_object_get_string(
						       json_object_array_get_idx(value, i))) < 0)
				return NULL;
		return strv_join(list, separator);
	default:
		return strdup(json_object_get_string(value));
	}
}
