// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <string.h>

#include "client.h"
#include "daemon/bus.h"
#include "daemon/json.h"
#include "lib/manifest.h"
#include "lib/strv.h"
#include "lib/text.h"
#include "table.h"
#include "value.h"

/* What is shown: a property of one interface, its D-Bus type, and its keys for people and JSON. */
struct field {
	const char *property;
	const char *type;
	const char *label;
	const char *key;
};

static const struct field machine_fields[] = {
	{"Version", "s", "kmend", "version"},
	{"KernelRelease", "s", "kernel", "kernel"},
	{"CoreAbi", "u", "core ABI", "core_abi"},
	{"Generation", "t", "generation", "generation"},
	{},
};

static const struct field patch_fields[] = {
	{"Name", "s", "name", "name"},
	{"Version", "s", "version", "version"},
	{"Summary", "s", "summary", "summary"},
	{"State", "s", "state", "state"},
	{"Code", "s", "code", "code"},
	{"Reason", "s", "reason", "reason"},
	{"Fixes", "as", "fixes", "fixes"},
	{"Depends", "as", "depends on", "depends"},
	{"Risk", "s", "risk", "risk"},
	{"Overrides", "as", "overrides", "overrides"},
	{"Module", "s", "module", "module"},
	{"Path", "s", "file", "path"},
	{"Loaded", "b", "loaded", "loaded"},
	{"Wanted", "b", "in force", "wanted"},
	{},
};

struct source {
	const char *path, *interface;
};

static int read_field(struct ctl *ctl, const struct source *source, const struct field *field,
		      struct json_object *o)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	struct json_object *value;
	int r;

	r = sd_bus_get_property(ctl->bus, BUS_NAME, source->path, source->interface,
				field->property, &error, &reply, field->type);
	if (sd_bus_error_has_names(&error, SD_BUS_ERROR_UNKNOWN_OBJECT,
				   SD_BUS_ERROR_UNKNOWN_INTERFACE, SD_BUS_ERROR_UNKNOWN_PROPERTY))
		return -ENOENT;
	if (r < 0)
		return client_complain(ctl, &error, r);
	value = value_read(reply, field->type);
	if (!value)
		return -ENOMEM;
	return json_object_object_add(o, field->key, value) < 0 ? -ENOMEM : 0;
}

/* Sentences stand on lines of their own. */
static char *field_text(struct json_object *value)
{
	struct json_object *first = json_object_is_type(value, json_type_array) ?
					    json_object_array_get_idx(value, 0) :
					    NULL;
	bool sentences = first && strchr(json_object_get_string(first), ' ');

	return value_text(value, sentences ? "\n              " : " ");
}

static void print_fields(const struct field *fields, struct json_object *o)
{
	for (const struct field *f = fields; f->property; f++) {
		_cleanup_free_ char *text = field_text(json_object_object_get(o, f->key));
		const char *on = state_colour(text ?: "", colours_wanted(stdout));

		if (text && *text)
			printf("%12s: %s%s%s\n", f->label, on, text, colour_off(on));
	}
}

/* As systemctl's status of a unit that does not run. */
static void judge_state(struct ctl *ctl, struct json_object *o)
{
	const char *state = json_object_get_string(json_object_object_get(o, "state"));

	if (state && strcmp(state, "live") != 0)
		ctl->status = EXIT_NOT_LIVE;
}

static int show(struct ctl *ctl, const struct source *source, const struct field *fields)
{
	_cleanup_json_ struct json_object *o = json_object_new_object();
	int r = 0;

	for (const struct field *f = fields; f->property && r >= 0; f++)
		r = read_field(ctl, source, f, o);
	if (r < 0)
		return r;
	judge_state(ctl, o);
	if (ctl->json)
		print_json(o, ctl->json);
	else
		print_fields(fields, o);
	return 0;
}

static int show_patch(struct ctl *ctl, const char *name)
{
	_cleanup_free_ char *path = NULL;
	int r;

	if (!patch_name_is_valid(name))
		return diag_error(&ctl->diags, KM101, -EINVAL, "\"%.60s\" is not a patch name",
				  name);
	r = sd_bus_path_encode(BUS_PATCH_PATH, name, &path);
	if (r >= 0)
		r = show(ctl, &(struct source){path, BUS_PATCH_INTERFACE}, patch_fields);
	if (r == -ENOENT)
		return diag_error(&ctl->diags, KM601, r, "%s is neither in the catalog nor loaded",
				  name);
	return r;
}

int verb_status(struct ctl *ctl, int n_args, char **args)
{
	int r;

	if (n_args)
		return show_patch(ctl, args[0]);
	r = show(ctl, &(struct source){BUS_PATH, BUS_INTERFACE}, machine_fields);
	if (r < 0 || ctl->json)
		return r;
	putchar('\n');
	return verb_list(ctl, 0, NULL);
}
