// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "registry.h"

#include <linux/delay.h>
#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "callbacks.h"
#include "fault.h"
#include "guard.h"
#include "late.h"
#include "object.h"
#include "report.h"
#include "sysfs.h"
#include "transition.h"
#include "ranges.h"
#include "validate.h"

#define COMING_POLL_MS 10

static unsigned int coming_wait = 60;
module_param(coming_wait, uint, 0600);
MODULE_PARM_DESC(coming_wait, "seconds that a patch waits for a module's init that runs (60)");

DEFINE_MUTEX(kmend_lock); /* the registry, all sites and the transition */

LIST_HEAD(registered_patches); /* under kmend_lock */

struct patch *registry_find(const char *name)
{
	struct patch *patch;

	registry_for_each(patch)
		if (strcmp(patch->name, name) == 0)
			return patch;
	return NULL;
}

unsigned int registry_count(void)
{
	struct patch *patch;
	unsigned int nr = 0;

	registry_for_each(patch)
		nr++;
	return nr;
}

/* Of a module that is not there only the names are known. */
static bool is_same_func(const struct func *a, const struct func *b)
{
	if (a->ip && b->ip)
		return a->ip == b->ip;
	return !a->ip && !b->ip && a->record->sympos == b->record->sympos &&
	       strcmp(a->record->name, b->record->name) == 0 &&
	       strcmp(a->object->name, b->object->name) == 0;
}

struct func *patch_find_func(const struct patch *patch, const struct func *like)
{
	unsigned int i;

	for (i = 0; i < patch->nr_funcs; i++)
		if (is_same_func(&patch->funcs[i], like))
			return &patch->funcs[i];
	return NULL;
}

static struct patch *find_by_record(const struct kmend_patch *record)
{
	struct patch *patch;

	registry_for_each(patch)
		if (patch->record == record)
			return patch;
	return NULL;
}

int patches_visit(int (*visit)(struct patch *patch, void *data), void *data)
{
	struct patch *patch;
	int r = 0;

	registry_for_each(patch) {
		r = visit(patch, data);
		if (r)
			break;
	}
	return r;
}

static void patch_free(struct patch *patch)
{
	unsigned int i;

	for (i = 0; i < patch->nr_funcs; i++)
		free_percpu(patch->funcs[i].version.calls);
	for (i = 0; i < patch->nr_objects; i++)
		object_free(&patch->objects[i]);
	kvfree(patch->ranges);
	kvfree(patch->callbacks);
	kvfree(patch->funcs);
	kvfree(patch->objects);
	kfree(patch);
}

/* Find the object that a record is about, or add it and hold its module in place. */
static int patch_object(struct patch *patch, const char *name, struct object **ret)
{
	const struct kmend_object *record = NULL;
	struct object *object = patch_find_object(patch, name);
	struct module *module = NULL;
	int r = 0;

	if (object) {
		*ret = object;
		return 0;
	}

	if (strcmp(name, KMEND_OBJECT_VMLINUX) != 0) {
		record = object_record(patch, name);
		if (!record)
			return refuse(patch, -EINVAL, KM502, "it has no build-id of module %s",
				      name);
		if (!(record->flags & KMEND_OBJECT_LATE))
			r = validate_target(patch, record, &module);
		if (r)
			return r;
	}
	object = &patch->objects[patch->nr_objects++];
	object->name = name;
	object->record = record;
	object->module = module;
	object->is_ready = !object_is_late(object);
	object->state = object->is_ready ? OBJECT_LIVE : OBJECT_ABSENT;
	*ret = object;
	return 0;
}

static int patch_add_func(struct patch *patch, struct object *object,
			  const struct kmend_func *record, unsigned long ip)
{
	struct func *func = &patch->funcs[patch->nr_funcs];

	func->version.addr = record->new_addr;
	func->version.calls = FALLIBLE(NULL, alloc_percpu(u64));
	if (!func->version.calls)
		return refuse(patch, -ENOMEM, KM512, "out of memory");
	func->patch = patch;
	func->object = object;
	func->record = record;
	func->ip = ip;
	patch->nr_funcs++;
	return 0;
}

static int patch_add_callbacks(struct patch *patch, const struct kmend_callbacks *record)
{
	struct callbacks *callbacks = &patch->callbacks[patch->nr_callbacks];
	int r;

	r = validate_callbacks(patch, record, patch->nr_callbacks);
	if (r)
		return r;
	r = patch_object(patch, record->object, &callbacks->object);
	if (r)
		return r;
	callbacks->record = record;
	patch->nr_callbacks++;
	return 0;
}

static int patch_allocate(struct patch *patch)
{
	const struct kmend_patch *record = patch->record;
	unsigned int nr_objects = record->nr_funcs + record->nr_callbacks + record->nr_objects;

	patch->objects = FALLIBLE(NULL, kvcalloc(nr_objects, sizeof(*patch->objects), GFP_KERNEL));
	patch->funcs =
		FALLIBLE(NULL, kvcalloc(record->nr_funcs, sizeof(*patch->funcs), GFP_KERNEL));
	patch->callbacks = FALLIBLE(
		NULL, kvcalloc(record->nr_callbacks + 1, sizeof(*patch->callbacks), GFP_KERNEL));
	patch->ranges = code_ranges_new(record->nr_funcs + 1);
	if (!patch->objects || !patch->funcs || !patch->callbacks || !patch->ranges)
		return refuse(patch, -ENOMEM, KM512, "out of memory");
	return 0;
}

/* Modules that the patch only uses symbols of have no other record. */
static int patch_add_objects(struct patch *patch)
{
	const struct kmend_patch *record = patch->record;
	struct object *object;
	unsigned int i;
	int r = 0;

	for (i = 0; r == 0 && i < record->nr_objects; i++) {
		if (object_record(patch, record->objects[i].name) != &record->objects[i])
			return refuse(patch, -EINVAL, KM502, "module %s has two records",
				      record->objects[i].name);
		r = validate_object(patch, &record->objects[i], i);
		if (r == 0)
			r = patch_object(patch, record->objects[i].name, &object);
	}
	return r;
}

/* Check every record and build the core's own view of it. */
static int patch_add_records(struct patch *patch)
{
	const struct kmend_patch *record = patch->record;
	unsigned int i;
	int r;

	r = patch_allocate(patch);
	if (r == 0)
		r = patch_add_objects(patch);
	if (r)
		return r;
	for (i = 0; i < record->nr_funcs; i++) {
		const struct kmend_func *func = &record->funcs[i];
		struct object *object;
		unsigned long ip = 0;

		r = validate_record(patch, func, i);
		if (r)
			return r;
		r = patch_object(patch, func->object, &object);
		if (r == 0 && object->is_ready)
			r = validate_func(patch, object->module, func, &ip);
		if (r)
			return r;
		if (func->flags & KMEND_FUNC_RANGE)
			continue;
		r = patch_add_func(patch, object, func, ip);
		if (r)
			return r;
	}
	for (i = 0; i < record->nr_callbacks; i++) {
		r = patch_add_callbacks(patch, &record->callbacks[i]);
		if (r)
			return r;
	}
	patch_update_ranges(patch);
	return validate_distinct(patch);
}

void patch_set_state(struct patch *patch, enum patch_state state)
{
	enum patch_state before = patch->state;

	WRITE_ONCE(patch->state, state);
	guard_patch_changed(patch, before);
	sysfs_patch_state_changed(patch);
}

/*
 * From the moment on at which it is on the list the patch is told of modules that come and go.
 * *ret_coming is one whose coming it has missed.
 */
static int patch_try_publish(struct patch *patch, const char **ret_coming)
{
	int r;

	mutex_lock(&kmend_lock);
	if (registry_find(patch->name))
		r = refuse(patch, -EEXIST, KM503, "a patch of this name is registered already");
	else
		r = late_find_targets(patch, ret_coming);
	if (r == 0 && !*ret_coming) {
		list_add_tail(&patch->node, &registered_patches);
		guard_add(patch);
		patch->registered = true;
	}
	mutex_unlock(&kmend_lock);
	return r;
}

static int patch_publish(struct patch *patch)
{
	unsigned long until = jiffies + msecs_to_jiffies(1000 * coming_wait);
	const char *coming;
	int r;

	for (;;) {
		r = patch_try_publish(patch, &coming);
		if (r || !coming)
			return r;
		if (time_after(jiffies, until))
			return refuse(patch, -EBUSY, KM542, "the init of module %s does not end",
				      coming);
		msleep(COMING_POLL_MS);
	}
}

static void patch_unpublish(struct patch *patch)
{
	mutex_lock(&kmend_lock);
	transition_evict(patch);
	patch->registered = false;
	list_del(&patch->node);
	mutex_unlock(&kmend_lock);
	guard_remove(patch);
}

int kmend_register(const struct kmend_patch *record)
{
	struct patch *patch;
	int r;

	r = validate_header(record);
	if (r)
		return r;

	patch = FALLIBLE(NULL, kzalloc(sizeof(*patch), GFP_KERNEL));
	if (!patch)
		return -ENOMEM;
	init_completion(&patch->released);
	patch->record = record;
	patch->module = record->module;
	strscpy(patch->name, record->name, sizeof(patch->name));

	r = validate_build_id(patch);
	if (r)
		goto fail;
	r = patch_add_records(patch);
	if (r)
		goto fail;
	r = patch_publish(patch);
	if (r)
		goto fail;
	r = sysfs_patch_add(patch);
	if (r) {
		refuse(patch, r, KM512, "its files in sysfs cannot be made (%d)", r);
		patch_unpublish(patch);
		goto fail;
	}
	pr_info("%s: registered, %u functions\n", patch->name, patch->nr_funcs);
	return 0;

fail:
	patch_free(patch);
	return r;
}
EXPORT_SYMBOL_GPL(kmend_register);

void kmend_unregister(const struct kmend_patch *record)
{
	struct patch *patch;

	mutex_lock(&kmend_lock);
	patch = find_by_record(record);
	mutex_unlock(&kmend_lock);
	if (!patch)
		return;

	patch_unpublish(patch);
	sysfs_patch_remove(patch);
	pr_info("%s: unregistered\n", patch->name);
	patch_free(patch);
}
EXPORT_SYMBOL_GPL(kmend_unregister);
