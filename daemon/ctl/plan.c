// SPDX-License-Identifier: GPL-2.0
#include "plan.h"

#include <string.h>

#include "client.h"
#include "daemon/bus.h"
#include "daemon/json.h"
#include "table.h"

#define COLUMNS_MAX 4

uint64_t plan_flags(const struct ctl *ctl, const char *verb)
{
	uint64_t flags = ctl->held ? BUS_CHANGE_HELD : 0;

	if (strcmp(verb, "apply") == 0 && ctl->lift_quarantine)
		flags |= BUS_APPLY_LIFT_QUARANTINE;
	if (strcmp(verb, "revert") == 0 && ctl->dependents)
		flags |= BUS_REVERT_DEPENDENTS;
	return flags;
}

/* An array of structures of strings, as an array of objects with these keys. */
static int read_rows(sd_bus_message *reply, const char *const *keys, struct json_object **ret)
{
	_cleanup_json_ struct json_object *rows = json_object_new_array();
	char signature[COLUMNS_MAX + 3] = "(";
	size_t n = 0;
	int r;

	for (; keys[n]; n++)
		strcat(signature, "s");
	strcat(signature, ")");
	if (!rows)
		return -ENOMEM;
	r = sd_bus_message_enter_container(reply, 'a', signature);
	while (r >= 0 && (r = sd_bus_message_at_end(reply, /* complete= */ false)) == 0) {
		struct json_object *row = json_object_new_object();
		const char *text;

		if (!row || json_object_array_add(rows, row) < 0)
			return -ENOMEM;
		r = sd_bus_message_enter_container(reply, 'r', NULL);
		for (size_t i = 0; i < n && r >= 0; i++) {
			r = sd_bus_message_read(reply, "s", &text);
			if (r >= 0)
				r = json_add_string(row, keys[i], text);
		}
		if (r >= 0)
			r = sd_bus_message_exit_container(reply);
	}
	if (r >= 0)
		r = sd_bus_message_exit_container(reply);
	if (r >= 0)
		*ret = TAKE_PTR(rows);
	return r;
}

static const struct part {
	const char *name;
	const char *keys[COLUMNS_MAX + 1];
} parts[] = {
	{"changes", {"action", "name", "version", "why"}},
	{"steps", {"step", "what"}},
	{"result", {"name", "version"}},
	{"diagnostics", {"severity", "code", "message", "hint"}},
};

static int read_plan(sd_bus_message *reply, struct json_object **ret)
{
	_cleanup_json_ struct json_object *plan = json_object_new_object();
	int r, feasible;

	if (!plan)
		return -ENOMEM;
	r = sd_bus_message_read(reply, "b", &feasible);
	if (r >= 0 &&
	    json_object_object_add(plan, "feasible", json_object_new_boolean(feasible)) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < ARRAY_SIZE(parts) && r >= 0; i++) {
		struct json_object *rows = NULL;

		r = read_rows(reply, parts[i].keys, &rows);
		if (r >= 0)
			r = json_object_object_add(plan, parts[i].name, rows);
	}
	if (r >= 0)
		*ret = TAKE_PTR(plan);
	return r;
}

static const char *text_of(struct json_object *row, const char *key)
{
	return json_object_get_string(json_object_object_get(row, key));
}

static struct json_object *part_of(struct json_object *plan, const char *name, size_t *ret_n)
{
	struct json_object *rows = json_object_object_get(plan, name);

	*ret_n = json_object_array_length(rows);
	return rows;
}

/* What the daemon says against it becomes this program's own reason. */
static int take_diagnostics(struct ctl *ctl, struct json_object *plan)
{
	bool feasible = json_object_get_boolean(json_object_object_get(plan, "feasible"));
	struct json_object *rows;
	int r = feasible ? 0 : -EPERM;
	size_t n;

	rows = part_of(plan, "diagnostics", &n);
	for (size_t i = 0; i < n; i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);
		enum diag_code code = diag_code_from_name(text_of(row, "code"));
		enum diag_severity severity = DIAG_WARNING;

		if (!feasible)
			severity = strcmp(text_of(row, "severity"),
					  diag_severity_name(DIAG_REFUSAL)) == 0 ?
					   DIAG_REFUSAL :
					   DIAG_ERROR;
		diag_add_hint(&ctl->diags, (int)code >= 0 ? code : KM616, severity, r, NULL,
			      text_of(row, "hint"), "%s", text_of(row, "message"));
	}
	return r;
}

static int print_changes(struct ctl *ctl, struct json_object *rows, size_t n)
{
	static const char *const heads[] = {"ACTION", "NAME", "VERSION", "WHY"};
	_cleanup_(table_done) struct table table = {.heads = heads, .n_columns = ARRAY_SIZE(heads)};
	int r = 0;

	for (size_t i = 0; i < n && r >= 0; i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);

		r = table_add(&table,
			      (const char *const[]){text_of(row, "action"), text_of(row, "name"),
						    text_of(row, "version"), text_of(row, "why")});
	}
	if (r >= 0)
		table_print(&table, ctl->legend);
	return r;
}

static int print_plan(struct ctl *ctl, struct json_object *plan)
{
	struct json_object *rows;
	size_t n;
	int r;

	rows = part_of(plan, "changes", &n);
	if (n == 0) {
		puts("nothing to do");
		return 0;
	}
	r = print_changes(ctl, rows, n);
	rows = part_of(plan, "steps", &n);
	for (size_t i = 0; i < n && r >= 0; i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);

		if (strcmp(text_of(row, "step"), "switch") == 0)
			printf("in one transition: %s\n", text_of(row, "what"));
	}
	return r;
}

static int call_plan(struct ctl *ctl, const struct wish *wish, sd_bus_message **ret)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	int r;

	r = client_new_call(ctl, "Plan", &call);
	if (r >= 0)
		r = sd_bus_message_append(call, "s", wish->verb);
	if (r >= 0)
		r = sd_bus_message_append_strv(call, wish->names);
	if (r >= 0)
		r = sd_bus_message_append(call, "tt", wish->generation, wish->flags);
	if (r < 0)
		return r;
	r = sd_bus_call(ctl->bus, call, 0, &error, ret);
	return r < 0 ? client_complain(ctl, &error, r) : 0;
}

int plan_show(struct ctl *ctl, const struct wish *wish)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_json_ struct json_object *plan = NULL;
	int r;

	r = call_plan(ctl, wish, &reply);
	if (r < 0)
		return r;
	r = read_plan(reply, &plan);
	if (r < 0)
		return diag_error(&ctl->diags, KM624, r, "kmendd's answer is not understood");
	r = take_diagnostics(ctl, plan);
	if (ctl->json) {
		print_json(plan, ctl->json);
		ctl->answered = true;
		return r;
	}
	return r < 0 ? r : print_plan(ctl, plan);
}

int verb_plan(struct ctl *ctl, int n_args, char **args)
{
	static const struct {
		const char *name;
		int min_args, max_args;
		int (*run)(struct ctl *ctl, int n_args, char **args);
	} verbs[] = {
		{"apply", 1, -1, verb_apply},
		{"revert", 1, -1, verb_revert},
		{"rollback", 0, 1, verb_rollback},
	};

	ctl->dry_run = true;
	if (n_args == 0)
		return plan_show(ctl, &(struct wish){.verb = "start"});
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (strcmp(verbs[i].name, args[0]) != 0)
			continue;
		if (n_args - 1 < verbs[i].min_args)
			return diag_error(&ctl->diags, KM101, -EINVAL,
					  "\"plan %s\" needs the name of a patch", args[0]);
		if (verbs[i].max_args >= 0 && n_args - 1 > verbs[i].max_args)
			return diag_error(&ctl->diags, KM101, -EINVAL,
					  "\"%s\" is one argument too many",
					  args[verbs[i].max_args + 1]);
		return verbs[i].run(ctl, n_args - 1, args + 1);
	}
	return diag_error(&ctl->diags, KM101, -EINVAL, "there are no plans for \"%s\"", args[0]);
}
