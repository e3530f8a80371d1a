/* SPDX-License-Identifier: GPL-2.0 */
/* The catalog as JSON, from the process that has read it to the daemon, which trusts it little. */
#ifndef KMENDD_CATALOG_JSON_H
#define KMENDD_CATALOG_JSON_H

struct catalog;
struct diag_list;
struct json_object;

/* NULL when out of memory. Of a patch's module only what plans and people need is kept. */
struct json_object *catalog_to_json(const struct catalog *catalog, const struct diag_list *diags);

/* Appends to diags. Returns 0, -EBADMSG, or -ENOMEM. */
int catalog_from_json(struct json_object *object, struct catalog *ret, struct diag_list *diags);

#endif
