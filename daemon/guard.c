// SPDX-License-Identifier: GPL-2.0
#include "guard.h"

#include <string.h>

#include "json.h"
#include "lib/fileio.h"
#include "lib/strv.h"

#define GUARD_FILE "guard.json"

void guard_done(struct guard *g)
{
	free(g->verb);
	free(g->boot_id);
	strv_free(g->added);
	strv_free(g->versions);
	strv_free(g->removed);
	*g = (struct guard){};
}

int guard_write(const char *state, const struct guard *g)
{
	_cleanup_json_ struct json_object *o = json_object_new_object();
	_cleanup_free_ char *path = path_join(state, GUARD_FILE);
	int r;

	if (!o || !path)
		return -ENOMEM;
	r = json_add_number(o, "generation", g->generation);
	if (r >= 0)
		r = json_add_number(o, "base", g->base);
	if (r >= 0)
		r = json_add_string(o, "verb", g->verb);
	if (r >= 0)
		r = json_add_string(o, "boot_id", g->boot_id);
	if (r >= 0)
		r = json_add_strv(o, "added", g->added);
	if (r >= 0)
		r = json_add_strv(o, "versions", g->versions);
	if (r >= 0)
		r = json_add_strv(o, "removed", g->removed);
	if (r >= 0)
		r = folder_make(state, 0755);
	return r < 0 ? r : json_write(path, o);
}

static int from_json(struct json_object *o, struct guard *g)
{
	int r;

	r = json_get_number(o, "generation", &g->generation);
	if (r >= 0)
		r = json_get_number(o, "base", &g->base);
	if (r >= 0)
		r = json_get_string(o, "verb", &g->verb);
	if (r >= 0)
		r = json_get_string(o, "boot_id", &g->boot_id);
	if (r >= 0)
		r = json_get_strv(o, "added", &g->added);
	if (r >= 0)
		r = json_get_strv(o, "versions", &g->versions);
	if (r >= 0)
		r = json_get_strv(o, "removed", &g->removed);
	if (r >= 0 && strv_length(g->added) != strv_length(g->versions))
		r = -EBADMSG;
	return r;
}

int guard_read(const char *state, struct diag_list *diags, struct guard *ret)
{
	_cleanup_free_ char *path = path_join(state, GUARD_FILE);
	_cleanup_json_ struct json_object *o = NULL;
	_cleanup_guard_ struct guard g = {};
	int r;

	if (!path)
		return -ENOMEM;
	r = json_read(path, diags, &o);
	if (r < 0)
		return r;
	r = from_json(o, &g);
	if (r == -EBADMSG)
		return json_damaged(path, diags);
	if (r < 0)
		return r;
	*ret = g;
	g = (struct guard){};
	return 0;
}

int guard_remove(const char *state)
{
	_cleanup_free_ char *path = path_join(state, GUARD_FILE);

	return path ? file_remove_sync(path) : -ENOMEM;
}

enum guard_verdict guard_judge(const struct guard *g, uint64_t current, const char *boot_id)
{
	/* A boot applies the generation in force again: its number says nothing about the end. */
	if (g->generation != g->base && current == g->generation)
		return GUARD_COMMITTED;
	return strcmp(g->boot_id, boot_id) == 0 ? GUARD_DAEMON_DIED : GUARD_MACHINE_DIED;
}
