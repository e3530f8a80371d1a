// SPDX-License-Identifier: GPL-2.0
/* A manifest as a JSON object of the same keys, between processes. */
#include <json-c/json.h>
#include <string.h>

#include "manifest-keys.h"
#include "strv.h"

static struct json_object *mapping_to_json(const void *record, const struct yaml_key *keys);

static int add(struct json_object *o, const char *key, struct json_object *value)
{
	if (value && json_object_object_add(o, key, value) == 0)
		return 0;
	json_object_put(value);
	return -ENOMEM;
}

static int append(struct json_object *array, struct json_object *value)
{
	if (array && value && json_object_array_add(array, value) == 0)
		return 0;
	json_object_put(value);
	return -ENOMEM;
}

static struct json_object *list_to_json(char *const *list)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; list[i]; i++)
		if (append(array, json_object_new_string(list[i])) < 0) {
			json_object_put(array);
			return NULL;
		}
	return array;
}

static struct json_object *records_to_json(const void *record, const struct yaml_key *key)
{
	const char *records = *(char *const *)((const char *)record + key->offset);
	size_t n = *(const size_t *)((const char *)record + key->count);
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < n; i++)
		if (append(array, mapping_to_json(records + i * key->size, key->members)) < 0) {
			json_object_put(array);
			return NULL;
		}
	return array;
}

static int key_to_json(struct json_object *o, const void *record, const struct yaml_key *key)
{
	const void *field = (const char *)record + key->offset;

	switch (key->kind) {
	case KEY_STRING:
		return *(char *const *)field ?
			       add(o, key->name, json_object_new_string(*(char *const *)field)) :
			       0;
	case KEY_LIST:
		return *(char **const *)field ?
			       add(o, key->name, list_to_json(*(char **const *)field)) :
			       0;
	case KEY_RECORDS:
		return add(o, key->name, records_to_json(record, key));
	case KEY_MAPPING:
		return add(o, key->name, mapping_to_json(record, key->members));
	case KEY_PAIRS: /* not of manifests */
		break;
	}
	return 0;
}

static struct json_object *mapping_to_json(const void *record, const struct yaml_key *keys)
{
	struct json_object *o = json_object_new_object();

	for (const struct yaml_key *k = keys; o && k->name; k++)
		if (key_to_json(o, record, k) < 0) {
			json_object_put(o);
			return NULL;
		}
	return o;
}

struct json_object *manifest_to_json(const struct manifest *manifest)
{
	return mapping_to_json(manifest, manifest_keys);
}

static int mapping_from_json(struct json_object *o, const struct yaml_key *keys, void *record);

static int string_from_json(struct json_object *value, const struct yaml_key *key, char **ret)
{
	const char *text = json_object_get_string(value);
	char *copy;

	if (!json_object_is_type(value, json_type_string) ||
	    strlen(text) != (size_t)json_object_get_string_len(value) || !key->is_valid(text))
		return -EBADMSG;
	copy = strdup(text);
	if (!copy)
		return -ENOMEM;
	*ret = copy;
	return 0;
}

static int list_from_json(struct json_object *array, const struct yaml_key *key, char ***list)
{
	int r = 0;

	if (!json_object_is_type(array, json_type_array))
		return -EBADMSG;
	for (size_t i = 0; i < json_object_array_length(array) && r >= 0; i++) {
		_cleanup_free_ char *text = NULL;

		r = string_from_json(json_object_array_get_idx(array, i), key, &text);
		if (r >= 0)
			r = strv_append(list, text);
	}
	return r;
}

static int records_from_json(struct json_object *array, const struct yaml_key *key, void *record)
{
	char **records = (char **)((char *)record + key->offset);
	size_t *count = (size_t *)((char *)record + key->count);
	int r = 0;

	if (!json_object_is_type(array, json_type_array))
		return -EBADMSG;
	*records = calloc(json_object_array_length(array) ?: 1, key->size);
	if (!*records)
		return -ENOMEM;
	for (size_t i = 0; i < json_object_array_length(array) && r >= 0; i++) {
		(*count)++;
		r = mapping_from_json(json_object_array_get_idx(array, i), key->members,
				      *records + i * key->size);
	}
	return r;
}

static int key_from_json(struct json_object *value, const struct yaml_key *key, void *record)
{
	void *field = (char *)record + key->offset;

	switch (key->kind) {
	case KEY_STRING:
		return string_from_json(value, key, field);
	case KEY_LIST:
		return list_from_json(value, key, field);
	case KEY_RECORDS:
		return records_from_json(value, key, record);
	case KEY_MAPPING:
		return mapping_from_json(value, key->members, record);
	case KEY_PAIRS: /* not of manifests */
		break;
	}
	return -EBADMSG;
}

static int mapping_from_json(struct json_object *o, const struct yaml_key *keys, void *record)
{
	int r = 0;

	if (!json_object_is_type(o, json_type_object))
		return -EBADMSG;
	for (const struct yaml_key *k = keys; k->name && r >= 0; k++) {
		struct json_object *value;

		if (json_object_object_get_ex(o, k->name, &value))
			r = key_from_json(value, k, record);
		else if (k->required)
			r = -EBADMSG;
	}
	return r;
}

int manifest_from_json(struct json_object *object, struct manifest **ret)
{
	_cleanup_manifest_ struct manifest *m = calloc(1, sizeof(*m));
	int r;

	if (!m)
		return -ENOMEM;
	r = mapping_from_json(object, manifest_keys, m);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(m);
	return 0;
}
