// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <time.h>

#include "daemon/json.h"
#include "lib/strv.h"
#include "listing.h"
#include "table.h"

struct line {
	uint64_t number, time_us;
	const char *verb, *state, *reason;
	char **patches;
};

static int read_line(sd_bus_message *reply, struct line *line)
{
	int r;

	r = sd_bus_message_enter_container(reply, 'r', "ttssass");
	if (r <= 0)
		return r;
	r = sd_bus_message_read(reply, "ttss", &line->number, &line->time_us, &line->verb,
				&line->state);
	if (r >= 0)
		r = sd_bus_message_read_strv(reply, &line->patches);
	if (r >= 0)
		r = sd_bus_message_read(reply, "s", &line->reason);
	if (r >= 0)
		r = sd_bus_message_exit_container(reply);
	return r < 0 ? r : 1;
}

static int add_row(struct table *table, const struct line *line)
{
	_cleanup_free_ char *patches = strv_join(line->patches, " "), *what = NULL;
	time_t seconds = line->time_us / 1000000;
	char number[24], when[32] = "";
	struct tm tm;

	if (!patches ||
	    asprintf(&what, "%s%s%s%s", *patches ? patches : "(none)", *line->reason ? " (" : "",
		     line->reason, *line->reason ? ")" : "") < 0)
		return -ENOMEM;
	snprintf(number, sizeof(number), "%" PRIu64, line->number);
	if (localtime_r(&seconds, &tm))
		strftime(when, sizeof(when), "%F %T", &tm);
	return table_add(table, (const char *const[]){number, when, line->verb, line->state, what});
}

static int add_object(struct json_object *array, const struct line *line)
{
	_cleanup_json_ struct json_object *o = json_object_new_object();

	if (!o || json_add_number(o, "generation", line->number) < 0 ||
	    json_add_number(o, "time_us", line->time_us) < 0 ||
	    json_add_string(o, "verb", line->verb) < 0 ||
	    json_add_string(o, "state", line->state) < 0 ||
	    json_add_strv(o, "patches", line->patches) < 0 ||
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
	strv_free(line.patches);
	return r;
}

int verb_history(struct ctl *ctl, int n_args, char **args)
{
	static const char *const heads[] = {"GENERATION", "TIME", "VERB", "STATE", "PATCHES"};
	const struct listing listing = {.method = "History",
					.signature = "(ttssass)",
					.heads = heads,
					.n_heads = ARRAY_SIZE(heads),
					.add_next = add_next};

	return listing_print(ctl, &listing);
}
