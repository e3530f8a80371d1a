// SPDX-License-Identifier: GPL-2.0
/* Patches as bus objects. */
#include <stddef.h>
#include <string.h>

#include "bus.h"
#include "lib/strv.h"
#include "manager.h"

char *bus_patch_path(const char *name)
{
	char *path;

	return sd_bus_path_encode(BUS_PATCH_PATH, name, &path) < 0 ? NULL : path;
}

static int get_strv(sd_bus *bus, const char *path, const char *interface, const char *property,
		    sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	return sd_bus_message_append_strv(reply, *(char ***)userdata);
}

static int get_bool(sd_bus *bus, const char *path, const char *interface, const char *property,
		    sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	return sd_bus_message_append(reply, "b", (int)*(bool *)userdata);
}

#define EMITS SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE

static const sd_bus_vtable vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("Name", "s", NULL, offsetof(struct view, name),
			SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("Version", "s", NULL, offsetof(struct view, version), EMITS),
	SD_BUS_PROPERTY("Summary", "s", NULL, offsetof(struct view, summary), EMITS),
	SD_BUS_PROPERTY("Fixes", "as", get_strv, offsetof(struct view, fixes), EMITS),
	SD_BUS_PROPERTY("Depends", "as", get_strv, offsetof(struct view, depends), EMITS),
	SD_BUS_PROPERTY("Risk", "s", NULL, offsetof(struct view, risk), EMITS),
	SD_BUS_PROPERTY("Overrides", "as", get_strv, offsetof(struct view, overrides), EMITS),
	SD_BUS_PROPERTY("State", "s", NULL, offsetof(struct view, state), EMITS),
	SD_BUS_PROPERTY("Code", "s", NULL, offsetof(struct view, code), EMITS),
	SD_BUS_PROPERTY("Reason", "s", NULL, offsetof(struct view, reason), EMITS),
	SD_BUS_PROPERTY("Module", "s", NULL, offsetof(struct view, module), EMITS),
	SD_BUS_PROPERTY("Path", "s", NULL, offsetof(struct view, path), EMITS),
	SD_BUS_PROPERTY("Loaded", "b", get_bool, offsetof(struct view, loaded), EMITS),
	SD_BUS_PROPERTY("Wanted", "b", get_bool, offsetof(struct view, wanted), EMITS),
	SD_BUS_VTABLE_END,
};

static int find(sd_bus *bus, const char *path, const char *interface, void *userdata,
		void **ret_found, sd_bus_error *error)
{
	_cleanup_free_ char *name = NULL;
	struct manager *m = userdata;
	const struct view *view;
	int r;

	r = sd_bus_path_decode(path, BUS_PATCH_PATH, &name);
	if (r <= 0)
		return r;
	view = views_find(&m->views, name);
	if (!view)
		return 0;
	*ret_found = (void *)view;
	return 1;
}

static int enumerate(sd_bus *bus, const char *prefix, void *userdata, char ***ret_nodes,
		     sd_bus_error *error)
{
	_cleanup_strv_ char **paths = NULL;
	struct manager *m = userdata;

	for (size_t i = 0; i < m->views.n; i++) {
		_cleanup_free_ char *path = bus_patch_path(m->views.items[i].name);

		if (!path || strv_append(&paths, path) < 0)
			return -ENOMEM;
	}
	*ret_nodes = TAKE_PTR(paths);
	return 1;
}

int bus_add_patches(struct manager *m)
{
	int r;

	r = sd_bus_add_fallback_vtable(m->bus, NULL, BUS_PATCH_PATH, BUS_PATCH_INTERFACE, vtable,
				       find, m);
	return r < 0 ? r : sd_bus_add_node_enumerator(m->bus, NULL, BUS_PATCH_PATH, enumerate, m);
}

static void emit_change(struct manager *m, const struct view *now, const struct view *before)
{
	static const char *const changing[] = {
		"Version", "Summary", "Fixes",  "Depends", "Risk",   "Overrides", "State",
		"Code",    "Reason",  "Module", "Path",    "Loaded", "Wanted",    NULL};
	_cleanup_free_ char *path = bus_patch_path(now->name);

	if (!path)
		return;
	if (!before)
		sd_bus_emit_interfaces_added(m->bus, path, BUS_PATCH_INTERFACE, NULL);
	else if (view_differs(now, before))
		sd_bus_emit_properties_changed_strv(m->bus, path, BUS_PATCH_INTERFACE,
						    (char **)changing);
}

void bus_views_changed(struct manager *m, const struct views *before)
{
	if (!m->bus)
		return;
	for (size_t i = 0; i < m->views.n; i++)
		emit_change(m, &m->views.items[i], views_find(before, m->views.items[i].name));
	for (size_t i = 0; i < before->n; i++) {
		_cleanup_free_ char *path = NULL;

		if (views_find(&m->views, before->items[i].name))
			continue;
		path = bus_patch_path(before->items[i].name);
		if (path)
			sd_bus_emit_interfaces_removed(m->bus, path, BUS_PATCH_INTERFACE, NULL);
	}
}
