// SPDX-License-Identifier: GPL-2.0
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/sysfs.h>

#include <kmend/sysfs.h>

#include "callbacks.h"
#include "calls.h"
#include "compat.h"
#include "fault.h"
#include "op.h"
#include "report.h"
#include "request.h"
#include "sysfs.h"
#include "transition.h"
#include "verify.h"

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
		r = enable ? request_apply(patch) : request_revert(patch);
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

static ssize_t verify_show(struct patch *patch, char *buf)
{
	unsigned int lost;

	mutex_lock(&kmend_lock);
	lost = verify_lost(patch);
	mutex_unlock(&kmend_lock);
	return sysfs_emit(buf, "%u\n", lost);
}

static ssize_t verify_store(struct patch *patch, const char *buf, size_t size)
{
	bool run;
	int r;

	r = kstrtobool(buf, &run);
	if (r || !run)
		return r ?: -EINVAL;
	mutex_lock(&kmend_lock);
	r = patch->registered ? verify_patch(patch) : -ENODEV;
	mutex_unlock(&kmend_lock);
	return r ?: (ssize_t)size;
}

static struct patch_attribute patch_verify = __ATTR_RW(verify);

static struct attribute *patch_attrs[] = {
	&patch_verify.attr, &patch_enabled.attr,  &patch_state.attr,      &patch_version.attr,
	&patch_module.attr, &patch_build_id.attr, &patch_last_error.attr, NULL,
};

static const struct attribute_group patch_group = {
	.attrs = patch_attrs,
};

static const struct attribute_group *patch_groups[] = {
	&patch_group,
	&sysfs_probation_group,
	NULL,
};

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
	return sysfs_emit(buf, "%llu\n", calls_taken(func));
}
FUNC_ATTRIBUTE(calls);

static ssize_t live_show(const struct func *func, char *buf)
{
	bool live;

	mutex_lock(&kmend_lock);
	live = verify_func(func) == PROOF_LIVE;
	mutex_unlock(&kmend_lock);
	return sysfs_emit(buf, "%d\n", live);
}
FUNC_ATTRIBUTE(live);

static ssize_t func_error_show(const struct func *func, char *buf)
{
	ssize_t size;

	mutex_lock(&kmend_lock);
	if (func->lost_by != PROOF_LIVE)
		size = sysfs_emit(buf, "%s %s\n", report_code_name(KM522),
				  proof_text(func->lost_by));
	else if (func->patch->blamed == func)
		size = sysfs_emit(buf, "%s\n", func->patch->last_error);
	else
		size = sysfs_emit(buf, "\n");
	mutex_unlock(&kmend_lock);
	return size;
}

static struct func_attribute func_last_error = {
	.attr = {.name = KMEND_SYSFS_LAST_ERROR, .mode = 0444},
	.show = func_error_show,
};

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
	&func_calls.attr,       &func_live.attr,        &func_last_error.attr,
	&func_old_address.attr, &func_new_address.attr, NULL,
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

struct callback_attribute {
	struct attribute attr;
	ssize_t (*show)(const struct callbacks *callbacks, char *buf);
};

#define CALLBACK_ATTRIBUTE(name) static struct callback_attribute callback_##name = __ATTR_RO(name)

static ssize_t object_show(const struct callbacks *callbacks, char *buf)
{
	return sysfs_emit(buf, "%s\n", callbacks->record->object);
}
CALLBACK_ATTRIBUTE(object);

static ssize_t source_show(const struct callbacks *callbacks, char *buf)
{
	return sysfs_emit(buf, "%s\n", callbacks->record->source);
}
CALLBACK_ATTRIBUTE(source);

static ssize_t show_callback(const struct callbacks *callbacks, unsigned int event, char *buf)
{
	char name[CALLBACK_NAME_LEN];

	callback_name(callbacks, event, name);
	return sysfs_emit(buf, "%s\n", name);
}

static ssize_t pre_apply_show(const struct callbacks *callbacks, char *buf)
{
	return show_callback(callbacks, KMEND_EVENT_PRE_APPLY, buf);
}
CALLBACK_ATTRIBUTE(pre_apply);

static ssize_t post_apply_show(const struct callbacks *callbacks, char *buf)
{
	return show_callback(callbacks, KMEND_EVENT_POST_APPLY, buf);
}
CALLBACK_ATTRIBUTE(post_apply);

static ssize_t pre_revert_show(const struct callbacks *callbacks, char *buf)
{
	return show_callback(callbacks, KMEND_EVENT_PRE_REVERT, buf);
}
CALLBACK_ATTRIBUTE(pre_revert);

static ssize_t post_revert_show(const struct callbacks *callbacks, char *buf)
{
	return show_callback(callbacks, KMEND_EVENT_POST_REVERT, buf);
}
CALLBACK_ATTRIBUTE(post_revert);

static struct attribute *callback_attrs[] = {
	&callback_object.attr,
	&callback_source.attr,
	&callback_pre_apply.attr,
	&callback_post_apply.attr,
	&callback_pre_revert.attr,
	&callback_post_revert.attr,
	NULL,
};
ATTRIBUTE_GROUPS(callback);

static ssize_t callback_show(struct kobject *kobj, struct attribute *attr, char *buf)
{
	struct callback_attribute *attribute = container_of(attr, struct callback_attribute, attr);

	return attribute->show(container_of(kobj, struct callbacks, kobj), buf);
}

static const struct sysfs_ops callback_sysfs_ops = {
	.show = callback_show,
};

static const struct kobj_type callback_ktype = {
	.release = part_release,
	.sysfs_ops = &callback_sysfs_ops,
	.default_groups = callback_groups,
};

static const char *const object_state_names[_OBJECT_STATE_MAX] = {
	[OBJECT_ABSENT] = KMEND_TARGET_ABSENT,
	[OBJECT_COMING] = KMEND_TARGET_COMING,
	[OBJECT_LIVE] = KMEND_TARGET_LIVE,
	[OBJECT_UNPATCHED] = KMEND_TARGET_UNPATCHED,
};

static ssize_t object_state_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	const struct object *object = container_of(kobj, struct object, kobj);

	return sysfs_emit(buf, "%s\n", object_state_names[READ_ONCE(object->state)]);
}

static struct kobj_attribute object_state_attribute = __ATTR(state, 0444, object_state_show, NULL);

static struct attribute *object_attrs[] = {
	&object_state_attribute.attr,
	NULL,
};
ATTRIBUTE_GROUPS(object);

static const struct kobj_type object_ktype = {
	.release = part_release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = object_groups,
};

/* Whether this succeeds or not, a reference is there to be put. */
static __printf(4, 5) int add_kobject(struct kobject *kobj, const struct kobj_type *ktype,
				      struct kobject *parent, const char *format, ...)
{
	struct va_format name = {.fmt = format};
	va_list args;
	int r;

	kobject_init(kobj, ktype);
	va_start(args, format);
	name.va = &args;
	r = FALLIBLE(-ENOMEM, kobject_add(kobj, parent, "%pV", &name));
	va_end(args);
	return r;
}

static int add_callbacks(struct patch *patch)
{
	unsigned int i;
	int r = 0;

	if (patch->nr_callbacks == 0)
		return 0;
	patch->callbacks_kobj =
		FALLIBLE(NULL, kobject_create_and_add(KMEND_SYSFS_CALLBACKS, &patch->kobj));
	if (!patch->callbacks_kobj)
		return -ENOMEM;
	for (i = 0; r == 0 && i < patch->nr_callbacks; i++)
		r = add_kobject(&patch->callbacks[i].kobj, &callback_ktype, patch->callbacks_kobj,
				"%u", i);
	return r;
}

int sysfs_patch_add(struct patch *patch)
{
	unsigned int i;
	int r;

	r = add_kobject(&patch->kobj, &patch_ktype, sysfs_patches_kobj(), "%s", patch->name);
	if (r)
		goto fail;
	patch->objects_kobj =
		FALLIBLE(NULL, kobject_create_and_add(KMEND_SYSFS_OBJECTS, &patch->kobj));
	if (!patch->objects_kobj) {
		r = -ENOMEM;
		goto fail;
	}
	for (i = 0; i < patch->nr_objects; i++) {
		struct object *object = &patch->objects[i];

		r = add_kobject(&object->kobj, &object_ktype, patch->objects_kobj, "%s",
				object->name);
		if (r)
			goto fail;
	}
	for (i = 0; i < patch->nr_funcs; i++) {
		struct func *func = &patch->funcs[i];

		r = add_kobject(&func->kobj, &func_ktype, &func->object->kobj, "%s,%u",
				func->record->name, func->record->sympos ?: 1);
		if (r)
			goto fail;
	}
	r = add_callbacks(patch);
	if (r)
		goto fail;
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

	for (i = 0; i < patch->nr_callbacks; i++)
		part_remove(&patch->callbacks[i].kobj);
	for (i = 0; i < patch->nr_funcs; i++)
		part_remove(&patch->funcs[i].kobj);
	for (i = 0; i < patch->nr_objects; i++)
		part_remove(&patch->objects[i].kobj);
	kobject_put(patch->callbacks_kobj);
	kobject_put(patch->objects_kobj);
	kobject_put(&patch->kobj);
	wait_for_completion(&patch->released);
}

void sysfs_patch_state_changed(struct patch *patch)
{
	sysfs_notify(&patch->kobj, NULL, KMEND_SYSFS_STATE);
	sysfs_notify(&patch->kobj, NULL, KMEND_SYSFS_ENABLED);
}

void sysfs_patch_error_changed(struct patch *patch)
{
	sysfs_notify(&patch->kobj, NULL, KMEND_SYSFS_LAST_ERROR);
}

void sysfs_object_state_changed(struct object *object)
{
	sysfs_notify(&object->kobj, NULL, KMEND_SYSFS_STATE);
}
