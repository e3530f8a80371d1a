// SPDX-License-Identifier: GPL-2.0
#include "quarantine.h"

#include <string.h>

#include "json.h"
#include "lib/fileio.h"

#define QUARANTINE_FILE "quarantine.json"

static void entry_done(struct quarantine_entry *e)
{
	free(e->name);
	free(e->version);
	free(e->reason);
}

void quarantine_done(struct quarantine *q)
{
	for (size_t i = 0; i < q->n; i++)
		entry_done(&q->items[i]);
	free(q->items);
	*q = (struct quarantine){};
}

const struct quarantine_entry *quarantine_find(const struct quarantine *q, const char *name,
					       const char *version)
{
	for (size_t i = 0; i < q->n; i++)
		if (strcmp(q->items[i].name, name) == 0 &&
		    strcmp(q->items[i].version, version) == 0)
			return &q->items[i];
	return NULL;
}

static void remove_at(struct quarantine *q, size_t i)
{
	entry_done(&q->items[i]);
	memmove(&q->items[i], &q->items[i + 1], (q->n - i - 1) * sizeof(*q->items));
	q->n--;
}

bool quarantine_lift(struct quarantine *q, const char *name)
{
	bool found = false;

	for (size_t i = q->n; i-- > 0;)
		if (strcmp(q->items[i].name, name) == 0) {
			remove_at(q, i);
			found = true;
		}
	return found;
}

int quarantine_add(struct quarantine *q, const char *name, const char *version, const char *reason)
{
	struct quarantine_entry *grown, e = {strdup(name), strdup(version), strdup(reason)};

	grown = reallocarray(q->items, q->n + 1, sizeof(*grown));
	if (grown)
		q->items = grown;
	if (!grown || !e.name || !e.version || !e.reason) {
		entry_done(&e);
		return -ENOMEM;
	}
	for (size_t i = q->n; i-- > 0;)
		if (strcmp(q->items[i].name, name) == 0 &&
		    strcmp(q->items[i].version, version) == 0)
			remove_at(q, i);
	q->items[q->n++] = e;
	return 0;
}

static int entry_to_json(const struct quarantine_entry *e, struct json_object *array)
{
	_cleanup_json_ struct json_object *o = json_object_new_object();
	int r;

	if (!o)
		return -ENOMEM;
	r = json_add_string(o, "name", e->name);
	if (r >= 0)
		r = json_add_string(o, "version", e->version);
	if (r >= 0)
		r = json_add_string(o, "reason", e->reason);
	if (r >= 0 && json_object_array_add(array, o) < 0)
		r = -ENOMEM;
	if (r >= 0)
		TAKE_PTR(o);
	return r;
}

int quarantine_write(const char *state, const struct quarantine *q)
{
	_cleanup_json_ struct json_object *o = json_object_new_object();
	_cleanup_free_ char *path = path_join(state, QUARANTINE_FILE);
	struct json_object *array = json_object_new_array();
	int r = 0;

	if (!o || !path || !array) {
		json_object_put(array);
		return -ENOMEM;
	}
	json_object_object_add(o, "patches", array);
	for (size_t i = 0; i < q->n && r >= 0; i++)
		r = entry_to_json(&q->items[i], array);
	return r < 0 ? r : json_write(path, o);
}

static int from_json(struct json_object *o, struct quarantine *q)
{
	struct json_object *array;
	int r;

	r = json_get_array(o, "patches", &array);
	for (size_t i = 0; r >= 0 && i < json_object_array_length(array); i++) {
		struct json_object *item = json_object_array_get_idx(array, i);
		_cleanup_free_ char *name = NULL, *version = NULL, *reason = NULL;

		r = json_get_string(item, "name", &name);
		if (r >= 0)
			r = json_get_string(item, "version", &version);
		if (r >= 0)
			r = json_get_string(item, "reason", &reason);
		if (r >= 0)
			r = quarantine_add(q, name, version, reason);
	}
	return r;
}

int quarantine_read(const char *state, struct diag_list *diags, struct quarantine *ret)
{
	_cleanup_free_ char *path = path_join(state, QUARANTINE_FILE);
	_cleanup_quarantine_ struct quarantine q = {};
	_cleanup_json_ struct json_object *o = NULL;
	int r;

	if (!path)
		return -ENOMEM;
	r = json_read(path, diags, &o);
	if (r == -ENOENT) {
		*ret = (struct quarantine){};
		return 0;
	}
	if (r < 0)
		return r;
	r = from_json(o, &q);
	if (r == -EBADMSG)
		return json_damaged(path, diags);
	if (r < 0)
		return r;
	*ret = q;
	q = (struct quarantine){};
	return 0;
}
