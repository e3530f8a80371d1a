// SPDX-License-Identifier: GPL-2.0
#include "object.h"

#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "compat.h"
#include "reloc.h"
#include "sysfs.h"
#include "ranges.h"
#include "validate.h"

bool object_is_late(const struct object *object)
{
	return object->record && (object->record->flags & KMEND_OBJECT_LATE);
}

struct object *patch_find_object(struct patch *patch, const char *name)
{
	unsigned int i;

	for (i = 0; i < patch->nr_objects; i++)
		if (strcmp(patch->objects[i].name, name) == 0)
			return &patch->objects[i];
	return NULL;
}

void patch_update_ranges(struct patch *patch)
{
	const struct kmend_patch *record = patch->record;
	unsigned int i;

	patch->ranges->nr = 0;
	for (i = 0; i < record->nr_funcs; i++) {
		const struct kmend_func *func = &record->funcs[i];
		const struct object *object = patch_find_object(patch, func->object);

		if (func->old_size && object->is_ready)
			code_ranges_add(patch->ranges, func->old_addr, func->old_size);
	}
	code_ranges_add(patch->ranges, module_text_start(patch->module),
			module_text_size(patch->module));
	code_ranges_finish(patch->ranges);
}

/* One after the other they stand in the order of the records, without those of mere ranges. */
static int find_functions(struct patch *patch, struct object *object)
{
	const struct kmend_patch *record = patch->record;
	struct func *func = patch->funcs;
	unsigned int i;
	int r = 0;

	for (i = 0; r == 0 && i < record->nr_funcs; i++) {
		bool is_range = record->funcs[i].flags & KMEND_FUNC_RANGE;
		unsigned long ip = 0;

		if (strcmp(record->funcs[i].object, object->name) == 0)
			r = validate_func(patch, object->module, &record->funcs[i], &ip);
		if (r == 0 && ip)
			func->ip = ip;
		func += !is_range;
	}
	return r;
}

int object_prepare(struct patch *patch, struct object *object)
{
	int r;

	r = validate_identity(patch, object->record, object->module);
	if (r == 0)
		r = reloc_apply(patch, object);
	if (r == 0)
		r = find_functions(patch, object);
	if (r == 0)
		r = validate_distinct(patch);
	if (r) {
		object_retire(patch, object);
		return r;
	}
	object->is_ready = true;
	patch_update_ranges(patch);
	return 0;
}

void object_retire(struct patch *patch, struct object *object)
{
	unsigned int i;

	for (i = 0; i < patch->nr_funcs; i++)
		if (patch->funcs[i].object == object)
			patch->funcs[i].ip = 0;
	reloc_clear(patch, object);
	object->is_ready = false;
	patch_update_ranges(patch);
}

void object_set_state(struct object *object, enum object_state state)
{
	WRITE_ONCE(object->state, state);
	sysfs_object_state_changed(object);
}

void object_free(struct object *object)
{
	if (!object_is_late(object))
		module_put(object->module);
	while (object->nr_used)
		module_put(object->used[--object->nr_used]);
	kfree(object->used);
}
