// SPDX-License-Identifier: GPL-2.0
/* All properties of an object as the bus has them, for scripts. */
#include <inttypes.h>
#include <string.h>

#include "change.h"
#include "client.h"
#include "daemon/bus.h"
#include "daemon/json.h"
#include "lib/strv.h"
#include "value.h"

static int read_properties(sd_bus_message *reply, struct json_object *o)
{
	int r = sd_bus_message_enter_container(reply, 'a', "{sv}");

	while (r >= 0) {
		struct json_object *value;
		const char *name, *type;

		r = sd_bus_message_enter_container(reply, 'e', "sv");
		if (r <= 0)
			return r;
		r = sd_bus_message_read(reply, "s", &name);
		if (r >= 0)
			r = sd_bus_message_peek_type(reply, NULL, &type);
		if (r >= 0)
			r = sd_bus_message_enter_container(reply, 'v', type);
		if (r < 0)
			return r;
		value = value_read(reply, type);
		if (!value || json_object_object_add(o, name, value) < 0)
			return -EBADMSG;
		r = sd_bus_message_exit_container(reply);
		if (r >= 0)
			r = sd_bus_message_exit_container(reply);
	}
	return r;
}

static int get_all(struct ctl *ctl, const char *path, const char *interface, struct json_object *o)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int r;

	r = sd_bus_call_method(ctl->bus, BUS_NAME, path, "org.freedesktop.DBus.Properties",
			       "GetAll", &error, &reply, "s", interface);
	if (sd_bus_error_has_names(&error, SD_BUS_ERROR_UNKNOWN_OBJECT,
				   SD_BUS_ERROR_UNKNOWN_INTERFACE))
		return -ENOENT;
	return r < 0 ? client_complain(ctl, &error, r) : read_properties(reply, o);
}

static void print_lines(struct json_object *o)
{
	json_object_object_foreach(o, name, value) {
		_cleanup_free_ char *text = value_text(value, " ");

		printf("%s=%s\n", name, text ?: "");
	}
}

/* Objects of one call are separated by an empty line, or are the members of one array. */
static int show(struct ctl *ctl, const char *path, const char *interface, struct json_object *array)
{
	_cleanup_json_ struct json_object *o = json_object_new_object();
	int r = get_all(ctl, path, interface, o);

	if (r < 0)
		return r;
	if (!ctl->json) {
		if (json_object_array_length(array))
			putchar('\n');
		print_lines(o);
	}
	if (json_object_array_add(array, o) < 0)
		return -ENOMEM;
	TAKE_PTR(o);
	return 0;
}

static int show_patch(struct ctl *ctl, const char *name, struct json_object *array)
{
	_cleanup_free_ char *path = NULL;
	int r = sd_bus_path_encode(BUS_PATCH_PATH, name, &path);

	if (r >= 0)
		r = show(ctl, path, BUS_PATCH_INTERFACE, array);
	if (r == -ENOENT)
		return diag_error(&ctl->diags, KM601, r, "%s is neither in the catalog nor loaded",
				  name);
	return r;
}

int verb_show(struct ctl *ctl, int n_args, char **args)
{
	_cleanup_json_ struct json_object *array = json_object_new_array();
	int r = change_check_names(ctl, args);

	if (r >= 0 && n_args == 0)
		r = show(ctl, BUS_PATH, BUS_INTERFACE, array);
	for (int i = 0; i < n_args && r >= 0; i++)
		r = show_patch(ctl, args[i], array);
	if (r < 0)
		return r;
	if (ctl->json)
		print_json(n_args == 1 || n_args == 0 ? json_object_array_get_idx(array, 0) : array,
			   ctl->json);
	return 0;
}
