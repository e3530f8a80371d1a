// SPDX-License-Identifier: GPL-2.0
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/sysfs.h>

#include <kmend/sysfs.h>

#include "redirect.h"
#include "sysfs.h"
#include "transition.h"

struct patch_attribute {
	struct attribute attr;
	ssize_t (*show)(struct patch *patch, char *buf);
	ssize_t (*store)(struct patch *patch, const char *buf, size_t size);
};

struct func_attribute {
	struct attribute attr;
	ssize_t (*show)(const struct func *func, char *buf);
};

#define PATCH_ATTRIBUTE(name) static struct patch_attribute patch_##name = __ATTR_RO(name)
#define FUNC_ATTRIBUTE(name)  static struct func_attribute func_##name = __ATTR_RO(name)

static const char *const state_names[_PATCH_STATE_MAX] = {
	[PATCH_LOADED] = KMEND_STATE_LOADED,
	[PATCH_APPLYING] = KMEND_STATE_APPLYING,
	[PATCH_LIVE] = KMEND_STATE_LIVE,
	[PATCH_REVERTING] = KMEND_STATE_REVERTING,
};

const char *patch_state_name(enum patch_state state)
{
	return state_names[state];
}

static ssize_t enabled_show(struct patch *patch, char *buf)
{
	enum patch_state state = READ_ONCE(patch->state);

	return sysfs_emit(buf, "%d\n", state == PATCH_APPLYING || state == PATCH_LIVE);
}

static ssize_t enabled_store(struct patch *patch, const char *buf, size_t size)
{
	bool enable;
	int r;

	r = kstrtobool(buf, &enable);
	if (r)
		return r;
	mutex_lock(&kmend_lock);
	if (!patch->registered)
		r = -ENODEV;
	else
		r = enable ? transition_apply(patch) : transition_revert(patch);
	mutex_unlock(&kmend_lock);
	return r ?: (ssize_t)size;
}

static struct patch_attribute patch_enabled = __ATTR_RW(enabled);

static ssize_t state_show(struct patch *patch, char *buf)
{
	return sysfs_emit(buf, "%s\n", patch_state_name(READ_ONCE(patch->state)));
}
PATCH_ATTRIBUTE(state);

static ssize_t version_show(struct patch *patch, char *buf)
{
	return sysfs_emit(buf, "%s\n", patch->record->version);
}
PATCH_ATTRIBUTE(version);

static ssize_t module_show(struct patch *patch, char *buf)
{
	return sysfs_emit(buf, "%s\n", patch->module->name);
}
PATCH_ATTRIBUTE(module);

static ssize_t build_id_show(struct patch *patch, char *buf)
{
	return sysfs_emit(buf, "%s\n", patch->record->build_id);
}
PATCH_ATTRIBUTE(build_id);

static ssize_t last_error_show(struct patch *patch, char *buf)
{
	ssize_t size;

	mutex_lock(&kmend_lock);
	size = sysfs_emit(buf, "%s\n", patch->last_error);
	mutex_unlock(&kmend_lock);
	return size;
}
PATCH_ATTRIBUTE(last_error);

static struct attribute *patch_attrs[] = {
	&patch_enabled.attr,
	&patch_state.attr,
	&patch_version.attr,
	&patch_module.attr,
	&patch_build_id.attr,
	&patch_last_error.attr,
	NULL,
};
ATTRIBUTE_GROUPS(patch);

static ssize_t patch_show(struct kobject *kobj, struct attribute *attr, char *buf)
{
	struct patch_attribute *attribute = container_of(attr, struct patch_attribute, attr);

	return attribute->show(container_of(kobj, struct patch, kobj), buf);
}

static ssize_t patch_store(struct kobject *kobj, struct attribute *attr, const char *buf,
			   size_t size)
{
	struct patch_attribute *attribute = container_of(attr, struct patch_attribute, attr);

	return attribute->store(container_of(kobj, struct patch, kobj), buf, size);
}

static const struct sysfs_ops patch_sysfs_ops = {
	.show = patch_show,
	.store = patch_store,
};

static void patch_release(struct kobject *kobj)
{
	complete(&container_of(kobj, struct patch, kobj)->released);
}

static const struct kobj_type patch_ktype = {
	.release = patch_release,
	.sysfs_ops = &patch_sysfs_ops,
	.default_groups = patch_groups,
};

static ssize_t calls_show(const struct func *func, char *buf)
{
	unsigned int cpu;
	u64 calls = 0;

	for_each_possible_cpu(cpu)
		calls += READ_ONCE(*per_cpu_ptr(func->calls, cpu));
	return sysfs_emit(buf, "%llu\n", calls);
}
FUNC_ATTRIBUTE(calls);

static ssize_t live_show(const struct func *func, char *buf)
{
	bool live;

	mutex_lock(&kmend_lock);
	live = redirect_is_live(func);
	mutex_unlock(&kmend_lock);
	return sysfs_emit(buf, "%d\n", live);
}
FUNC_ATTRIBUTE(live);

static ssize_t old_address_show(const struct func *func, char *buf)
{
	return sysfs_emit(buf, "%#llx\n", func->record->old_addr);
}

static ssize_t new_address_show(const struct func *func, char *buf)
{
	return sysfs_emit(buf, "%#llx\n", func->record->new_addr);
}

/* Addresses tell where the kernel was loaded: they are for root alone. */
static struct func_attribute func_old_address = __ATTR_RO_MODE(old_address, 0400);
static struct func_attribute func_new_address = __ATTR_RO_MODE(new_address, 0400);

static struct attribute *func_attrs[] = {
	&func_calls.attr, &func_live.attr, &func_old_address.attr, &func_new_address.attr, NULL,
};
ATTRIBUTE_GROUPS(func);

static ssize_t func_show(struct kobject *kobj, struct attribute *attr, char *buf)
{
	struct func_attribute *attribute = container_of(attr, struct func_attribute, attr);

	return attribute->show(container_of(kobj, struct func, kobj), buf);
}

static const struct sysfs_ops func_sysfs_ops = {
	.show = func_show,
};

/* Functions and objects are parts of the patch, and their kobjects hold on to the patch's. */
static void part_release(struct kobject *kobj)
{
}

static const struct kobj_type func_ktype = {
	.release = part_release,
	.sysfs_ops = &func_sysfs_ops,
	.default_groups = func_groups,
};

static const struct kobj_type object_ktype = {
	.release = part_release,
	.sysfs_ops = &kobj_sysfs_ops,
};

int sysfs_patch_add(struct patch *patch)
{
	unsigned int i;
	int r;

	r = kobject_init_and_add(&patch->kobj, &patch_ktype, sysfs_patches_kobj(), "%s",
				 patch->name);
	if (r)
		goto fail;
	patch->objects_kobj = kobject_create_and_add(KMEND_SYSFS_OBJECTS, &patch->kobj);
	if (!patch->objects_kobj) {
		r = -ENOMEM;
		goto fail;
	}
	for (i = 0; i < patch->nr_objects; i++) {
		struct object *object = &patch->objects[i];

		r = kobject_init_and_add(&object->kobj, &object_ktype, patch->objects_kobj, "%s",
					 object->name);
		if (r)
			goto fail;
	}
	for (i = 0; i < patch->nr_funcs; i++) {
		struct func *func = &patch->funcs[i];

		r = kobject_init_and_add(&func->kobj, &func_ktype, &func->object->kobj, "%s,%u",
					 func->record->name, func->record->sympos ?: 1);
		if (r)
			goto fail;
	}
	return 0;

fail:
	sysfs_patch_remove(patch);
	return r;
}

static void part_remove(struct kobject *kobj)
{
	if (kobj->state_initialized)
		kobject_put(kobj);
}

void sysfs_patch_remove(struct patch *patch)
{
	unsigned int i;

	for (i = 0; i < patch->nr_funcs; i++)
		part_remove(&patch->funcs[i].kobj);
	for (i = 0; i < patch->nr_objects; i++)
		part_remove(&patch->objects[i].kobj);
	kobject_put(patch->objects_kobj);
	kobject_put(&patch->kobj);
	wait_for_completion(&patch->released);
}

void sysfs_patch_state_changed(struct patch *patch)
{
	sysfs_notify(&patch->kobj, NULL, KMEND_SYSFS_STATE);
}
