// SPDX-License-Identifier: GPL-2.0
#include "change.h"
#include "client.h"
#include "daemon/json.h"

struct line {
	const char *name, *text;
	uint32_t lost;
};

static int add_row(struct table *table, const struct line *line)
{
	char lost[16];

	snprintf(lost, sizeof(lost), "%u", line->lost);
	return table_add(table, (const char *const[]){line->name, line->lost ? "lost" : "in effect",
						      lost, line->text});
}

static int add_object(struct json_object *array, const struct line *line)
{
	_cleanup_json_ struct json_object *o = json_object_new_object();

	if (!o || json_add_string(o, "name", line->name) < 0 ||
	    json_add_number(o, "lost", line->lost) < 0 ||
	    json_add_string(o, "message", line->text) < 0 || json_object_array_add(array, o) < 0)
		return -ENOMEM;
	TAKE_PTR(o);
	return 0;
}

static int print_lines(struct ctl *ctl, sd_bus_message *reply)
{
	static const char *const heads[] = {"NAME", "REDIRECTS", "LOST", "MESSAGE"};
	_cleanup_(table_done) struct table table = {.heads = heads, .n_columns = ARRAY_SIZE(heads)};
	_cleanup_json_ struct json_object *array = json_object_new_array();
	struct line line;
	int r;

	r = sd_bus_message_enter_container(reply, 'a', "(sus)");
	while (r >= 0) {
		r = sd_bus_message_read(reply, "(sus)", &line.name, &line.lost, &line.text);
		if (r <= 0)
			break;
		if (line.lost)
			ctl->status = EXIT_NOT_LIVE;
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

int verb_verify(struct ctl *ctl, int n_args, char **args)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
	int r = change_check_names(ctl, args);

	if (r >= 0)
		r = client_new_call(ctl, "Verify", &call);
	if (r >= 0)
		r = sd_bus_message_append_strv(call, args);
	if (r >= 0)
		r = client_send(ctl, call, &reply);
	return r < 0 ? r : print_lines(ctl, reply);
}
