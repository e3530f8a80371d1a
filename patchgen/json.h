/* SPDX-License-Identifier: GPL-2.0 */
/* What several commands say as JSON; doc/schema has all of it. */
#ifndef PATCHGEN_JSON_H
#define PATCHGEN_JSON_H

struct diff_result;
struct json_object;
struct manifest;

/* NULL-terminated, may be NULL. */
struct json_object *json_names(char *const *names);
struct json_object *json_string_or_null(const char *s);

/* Where each of the changed functions begins to differ. */
struct json_object *json_first_changes(const struct diff_result *result);

/* What the author has overridden; manifest may be NULL. */
struct json_object *json_overrides(const struct manifest *manifest);

/* On standard output; o is gone afterwards. */
void json_print(struct json_object *o);

#endif
