// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>

#include "client.h"
#include "daemon/bus.h"
#include "daemon/json.h"
#include "number.h"

struct line {
	const char *name, *from, *to;
};

static const char *change_of(const struct line *line)
{
	return !*line->from ? "added" : !*line->to ? "removed" : "changed";
}

static int add_row(struct table *table, const struct line *line)
{
	return table_add(table, (const char *const[]){change_of(line), line->name,
						      *line->from ? line->from : "-",
						      *line->to ? line->to : "-"});
}

static int add_object(struct json_object *array, const struct line *line)
{
	_cleanup_json_ struct json_object *o = json_object_new_object();

	if (!o || json_add_string(o, "name", line->name) < 0 ||
	    json_add_string(o, "change", change_of(line)) < 0 ||
	    json_add_string(o, "from", line->from) < 0 || json_add_string(o, "to", line->to) < 0 ||
	    json_object_array_add(array, o) < 0)
		return -ENOMEM;
	TAKE_PTR(o);
	return 0;
}

static int print_lines(struct ctl *ctl, sd_bus_message *reply)
{
	static const char *const heads[] = {"CHANGE", "NAME", "FROM", "TO"};
	_cleanup_(table_done) struct table table = {.heads = heads, .n_columns = ARRAY_SIZE(heads)};
	_cleanup_json_ struct json_object *array = json_object_new_array();
	struct line line;
	int r;

	r = sd_bus_message_enter_container(reply, 'a', "(sss)");
	while (r >= 0) {
		r = sd_bus_message_read(reply, "(sss)", &line.name, &line.from, &line.to);
		if (r <= 0)
			break;
		r = ctl->json ? add_object(array, &line) : add_row(&table, &line);
	}
	if (r < 0)
		return r;
	if (ctl->json)
		print_json(array, ctl->json);
	else
		table_print(&table, ctl->legend);
	return 0;
}

static int read_number(struct ctl *ctl, const char *property, uint64_t *ret)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	int r = sd_bus_get_property_trivial(ctl->bus, BUS_NAME, BUS_PATH, BUS_INTERFACE, property,
					    &error, 't', ret);

	return r < 0 ? client_complain(ctl, &error, r) : 0;
}

int verb_diff(struct ctl *ctl, int n_args, char **args)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
	uint64_t from, to;
	int r;

	r = n_args > 0 ? parse_generation(ctl, args[0], &from) :
			 read_number(ctl, "PreviousGeneration", &from);
	if (r >= 0)
		r = n_args > 1 ? parse_generation(ctl, args[1], &to) :
				 read_number(ctl, "Generation", &to);
	if (r >= 0)
		r = client_new_call(ctl, "Diff", &call);
	if (r >= 0)
		r = sd_bus_message_append(call, "tt", from, to);
	if (r >= 0)
		r = client_send(ctl, call, &reply);
	return r < 0 ? r : print_lines(ctl, reply);
}
