// SPDX-License-Identifier: GPL-2.0
#include "json.h"

#include <string.h>

#include "lib/diag.h"
#include "lib/fileio.h"
#include "lib/strv.h"
#include "lib/text.h"

#define JSON_MAX   (1024 * 1024)
#define JSON_DEPTH 8

int json_damaged(const char *path, struct diag_list *diags)
{
	return diag_add(diags, KM619, DIAG_ERROR, -EBADMSG, &(struct diag_where){.file = path},
			"it is not what kmendd wrote there");
}

int json_read(const char *path, struct diag_list *diags, struct json_object **ret)
{
	_cleanup_free_ char *text = NULL;
	struct json_object *object;
	struct json_tokener *tokener;
	size_t size;
	int r;

	r = file_read(path, JSON_MAX, &text, &size);
	if (r == -ENOENT)
		return r;
	if (r < 0)
		return diag_add(diags, KM102, DIAG_ERROR, r, &(struct diag_where){.file = path},
				"cannot read it: %s", strerror(-r));
	tokener = json_tokener_new_ex(JSON_DEPTH);
	if (!tokener)
		return -ENOMEM;
	/* With the final NUL byte, so that the parser knows where a number at the end ends. */
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	object = json_tokener_parse_ex(tokener, text, size + 1);
	json_tokener_free(tokener);
	if (!json_object_is_type(object, json_type_object)) {
		if (object)
			json_object_put(object);
		return json_damaged(path, diags);
	}
	*ret = object;
	return 0;
}

int json_write(const char *path, struct json_object *object)
{
	_cleanup_free_ char *text = NULL;
	const char *json = json_object_to_json_string_ext(
		object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);

	if (!json || asprintf(&text, "%s\n", json) < 0)
		return -ENOMEM;
	return file_write_atomic(path, text, strlen(text), 0644);
}

static struct json_object *get(struct json_object *object, const char *key, enum json_type type)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) || !json_object_is_type(value, type))
		return NULL;
	return value;
}

int json_get_string(struct json_object *object, const char *key, char **ret)
{
	struct json_object *value = get(object, key, json_type_string);
	char *copy;

	if (!value)
		return -EBADMSG;
	copy = strdup(json_object_get_string(value));
	if (!copy)
		return -ENOMEM;
	/* Of a damaged file too, it has to pass over the bus, which takes nothing but UTF-8. */
	text_make_printable(copy);
	*ret = copy;
	return 0;
}

int json_get_number(struct json_object *object, const char *key, uint64_t *ret)
{
	struct json_object *value = get(object, key, json_type_int);

	if (!value || json_object_get_int64(value) < 0)
		return -EBADMSG;
	*ret = json_object_get_uint64(value);
	return 0;
}

int json_get_array(struct json_object *object, const char *key, struct json_object **ret)
{
	struct json_object *value = get(object, key, json_type_array);

	if (!value)
		return -EBADMSG;
	*ret = value;
	return 0;
}

int json_get_strv(struct json_object *object, const char *key, char ***ret)
{
	struct json_object *array = get(object, key, json_type_array);
	_cleanup_strv_ char **list = NULL;

	if (!array)
		return -EBADMSG;
	for (size_t i = 0; i < json_object_array_length(array); i++) {
		struct json_object *item = json_object_array_get_idx(array, i);
		int r;

		if (!json_object_is_type(item, json_type_string))
			return -EBADMSG;
		r = strv_append(&list, json_object_get_string(item));
		if (r < 0)
			return r;
	}
	*ret = TAKE_PTR(list);
	return 0;
}

static int add(struct json_object *object, const char *key, struct json_object *value)
{
	if (json_object_object_add(object, key, value) == 0)
		return 0;
	json_object_put(value);
	return -ENOMEM;
}

int json_add_string(struct json_object *object, const char *key, const char *value)
{
	struct json_object *string = value ? json_object_new_string(value) : NULL;

	if (value && !string)
		return -ENOMEM;
	return add(object, key, string);
}

int json_add_number(struct json_object *object, const char *key, uint64_t value)
{
	struct json_object *number = json_object_new_uint64(value);

	return number ? add(object, key, number) : -ENOMEM;
}

int json_add_strv(struct json_object *object, const char *key, char *const *list)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; array && list && list[i]; i++) {
		struct json_object *string = json_object_new_string(list[i]);

		if (!string || json_object_array_add(array, string) < 0) {
			json_object_put(string);
			json_object_put(array);
			return -ENOMEM;
		}
	}
	return array ? add(object, key, array) : -ENOMEM;
}
