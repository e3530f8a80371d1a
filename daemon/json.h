/* SPDX-License-Identifier: GPL-2.0 */
/* The state folder's JSON files, over json-c. */
#ifndef KMENDD_JSON_H
#define KMENDD_JSON_H

#include <json-c/json.h>
#include <stdint.h>

#include "lib/cleanup.h"

struct diag_list;

/*
 * Read a file that holds one JSON object.
 * Returns 0, -ENOENT, -EBADMSG (diagnosed as KM619), or another negative errno.
 */
int json_read(const char *path, struct diag_list *diags, struct json_object **ret);

/* Write one object as file_write_atomic() does. */
int json_write(const char *path, struct json_object *object);

/*
 * Members of an object. -EBADMSG when one is missing or of another type. Strings are copied; a
 * list of strings without members is NULL.
 */
int json_get_string(struct json_object *object, const char *key, char **ret);
int json_get_number(struct json_object *object, const char *key, uint64_t *ret);
int json_get_strv(struct json_object *object, const char *key, char ***ret);
int json_get_array(struct json_object *object, const char *key, struct json_object **ret);

/* Add members; NULL becomes null, and an empty list an empty array. Returns 0 or -ENOMEM. */
int json_add_string(struct json_object *object, const char *key, const char *value);
int json_add_number(struct json_object *object, const char *key, uint64_t value);
int json_add_strv(struct json_object *object, const char *key, char *const *list);

/* KM619 for a file whose JSON is not what it should be; returns -EBADMSG. */
int json_damaged(const char *path, struct diag_list *diags);

static inline void json_object_putp(struct json_object **o)
{
	if (*o)
		json_object_put(*o);
}

#define _cleanup_json_ _cleanup_(json_object_putp)

#endif
