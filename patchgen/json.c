// SPDX-License-Identifier: GPL-2.0
#include "json.h"

#include <json-c/json.h>
#include <stdio.h>

#include "../lib/manifest.h"
#include "diff/diff.h"

struct json_object *json_names(char *const *names)
{
	struct json_object *array = json_object_new_array();

	for (; names && *names; names++)
		json_object_array_add(array, json_object_new_string(*names));
	return array;
}

struct json_object *json_string_or_null(const char *s)
{
	return s ? json_object_new_string(s) : NULL;
}

static struct json_object *first_change(const char *name, const struct diff_change *change)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "function", json_object_new_string(name));
	json_object_object_add(o, "part", json_object_new_string(change->part));
	json_object_object_add(o, "offset", json_object_new_int64(change->offset));
	json_object_object_add(o, "section", json_string_or_null(change->section));
	json_object_object_add(o, "file", json_string_or_null(change->file));
	json_object_object_add(o, "line",
			       change->line ? json_object_new_int64(change->line) : NULL);
	return o;
}

struct json_object *json_first_changes(const struct diff_result *result)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; result->changes && i < result->n_changed; i++)
		json_object_array_add(array, first_change(result->changed[i], &result->changes[i]));
	return array;
}

void json_print(struct json_object *o)
{
	puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
						       JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}

struct json_object *json_overrides(const struct manifest *manifest)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; manifest && i < manifest->n_overrides; i++) {
		const struct manifest_override *override = &manifest->overrides[i];
		struct json_object *o = json_object_new_object();

		json_object_object_add(o, "code", json_string_or_null(override->code));
		json_object_object_add(o, "symbol", json_string_or_null(override->symbol));
		json_object_object_add(o, "reason", json_string_or_null(override->reason));
		json_object_array_add(array, o);
	}
	return array;
}
