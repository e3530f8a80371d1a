// SPDX-License-Identifier: GPL-2.0
#include "daemon/json.h"
#include "lib/strv.h"
#include "listing.h"
#include "table.h"

#define FIXES_SHOWN 2

struct line {
	const char *name, *version, *state, *summary, *code, *reason;
	char **fixes;
};

static int read_line(sd_bus_message *reply, struct line *line)
{
	int r;

	r = sd_bus_message_enter_container(reply, 'r', "sssassss");
	if (r <= 0)
		return r;
	r = sd_bus_message_read(reply, "sss", &line->name, &line->version, &line->state);
	if (r >= 0)
		r = sd_bus_message_read_strv(reply, &line->fixes);
	if (r >= 0)
		r = sd_bus_message_read(reply, "sss", &line->summary, &line->code, &line->reason);
	if (r >= 0)
		r = sd_bus_message_exit_container(reply);
	return r < 0 ? r : 1;
}

/* A cumulative patch fixes dozens: "status" and JSON show them all. */
static char *join_fixes(char **fixes)
{
	size_t n = strv_length(fixes);
	char *text;

	if (n <= FIXES_SHOWN)
		return strv_join(fixes, " ");
	return asprintf(&text, "%s +%zu", fixes[0], n - 1) < 0 ? NULL : text;
}

static int add_row(struct table *table, const struct line *line)
{
	_cleanup_free_ char *fixes = join_fixes(line->fixes), *what = NULL;

	if (!fixes || asprintf(&what, "%s%s%s", line->code, *line->code ? " " : "",
			       *line->code ? line->reason : line->summary) < 0)
		return -ENOMEM;
	return table_add(table,
			 (const char *const[]){line->name, *line->version ? line->version : "-",
					       line->state, *fixes ? fixes : "-", what});
}

static int add_object(struct json_object *array, const struct line *line)
{
	_cleanup_json_ struct json_object *o = json_object_new_object();

	if (!o || json_add_string(o, "name", line->name) < 0 ||
	    json_add_string(o, "version", line->version) < 0 ||
	    json_add_string(o, "state", line->state) < 0 ||
	    json_add_strv(o, "fixes", line->fixes) < 0 ||
	    json_add_string(o, "summary", line->summary) < 0 ||
	    json_add_string(o, "code", line->code) < 0 ||
	    json_add_string(o, "reason", line->reason) < 0 || json_object_array_add(array, o) < 0)
		return -ENOMEM;
	TAKE_PTR(o);
	return 0;
}

static int add_next(sd_bus_message *reply, struct table *table, struct json_object *array)
{
	struct line line = {};
	int r, added;

	r = read_line(reply, &line);
	if (r > 0) {
		added = array ? add_object(array, &line) : add_row(table, &line);
		r = added < 0 ? added : 1;
	}
	strv_free(line.fixes);
	return r;
}

int verb_list(struct ctl *ctl, int n_args, char **args)
{
	static const char *const heads[] = {"NAME", "VERSION", "STATE", "FIXES", "SUMMARY"};
	const struct listing listing = {.method = "List",
					.signature = "(sssassss)",
					.heads = heads,
					.n_heads = ARRAY_SIZE(heads),
					.add_next = add_next};

	return listing_print(ctl, &listing);
}
