// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "late.h"

#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/string.h>

#include "object.h"
#include "op.h"
#include "registry.h"
#include "report.h"
#include "symbols.h"
#include "transition.h"

/*
 * How it is when there is nothing to be told: COMING was before, LIVE is not any more. As long as
 * kmend_lock is held a module that was found live does not go: it waits to tell so.
 */
static struct module *find_live(const char *name, bool *ret_is_coming)
{
	struct module *module;

	preempt_disable();
	module = kernel.find_module(name);
	*ret_is_coming = module && READ_ONCE(module->state) == MODULE_STATE_COMING;
	if (module && READ_ONCE(module->state) != MODULE_STATE_LIVE)
		module = NULL;
	preempt_enable();
	return module;
}

static const char *find_targets(struct patch *patch)
{
	const char *coming = NULL;
	unsigned int i;

	for (i = 0; i < patch->nr_objects; i++) {
		struct object *object = &patch->objects[i];
		bool is_coming;

		if (!object_is_late(object))
			continue;
		object->module = find_live(object->name, &is_coming);
		if (is_coming)
			coming = object->name;
	}
	return coming;
}

int late_prepare(struct patch *patch)
{
	unsigned int i;
	int r = 0;

	for (i = 0; r == 0 && i < patch->nr_objects; i++) {
		struct object *object = &patch->objects[i];

		if (object->is_ready || !object->module)
			continue;
		r = object_prepare(patch, object);
		if (r == 0 && object->state != OBJECT_COMING)
			object_set_state(object, OBJECT_LIVE);
	}
	return r;
}

int late_find_targets(struct patch *patch, const char **ret_coming)
{
	*ret_coming = find_targets(patch);
	return *ret_coming ? 0 : late_prepare(patch);
}

/* Whose object is this module, or is to be? */
static struct object *find_object(struct patch *patch, const struct module *module)
{
	struct object *object = patch_find_object(patch, module->name);

	return object && object_is_late(object) ? object : NULL;
}

/* The patch that went live next after a number; those that are not live come last, all at once. */
static struct patch *next_applied(u64 after)
{
	struct patch *patch, *next = NULL;

	registry_for_each(patch)
		if (patch->applied > after && (!next || patch->applied < next->applied))
			next = patch;
	return next;
}

/* Returns 0, or a negative errno: the module must not be loaded. */
static int come(struct patch *patch, struct module *module)
{
	struct object *object = find_object(patch, module);
	int r;

	if (!object || object->module)
		return 0;
	object->module = module;
	object_set_state(object, OBJECT_COMING);
	r = object_prepare(patch, object);
	if (r == 0)
		r = transition_adopt(patch, object);
	if (r == 0)
		return 0;
	if (object->is_ready)
		object_retire(patch, object);
	object_set_state(object, OBJECT_UNPATCHED);
	if (!transition_concerns(patch))
		return 0;
	if (object->record->flags & KMEND_OBJECT_UNPATCHED) {
		pr_warn("%s: module %s is used as it is\n", patch->name, module->name);
		return 0;
	}
	pr_err("%s: module %s is not loaded\n", patch->name, module->name);
	return r;
}

static void go(struct module *module)
{
	struct object *object;
	struct patch *patch;
	bool any = false;
	int r = 0;

	registry_for_each(patch) {
		object = find_object(patch, module);
		if (object && object->module == module && object->is_ready)
			any |= transition_abandon(object, patch);
	}
	if (any)
		r = op_release_unused();
	registry_for_each(patch) {
		object = find_object(patch, module);
		if (!object || object->module != module)
			continue;
		if (r)
			refuse(patch, r, KM514, "ftrace keeps functions of module %s (%d)",
			       module->name, r);
		op_forget(patch, object);
		object_retire(patch, object);
		object->module = NULL;
		object_set_state(object, OBJECT_ABSENT);
	}
}

/* Those that stack on others come after them, as they did when they were applied. */
static int come_all(struct module *module)
{
	struct patch *patch;
	int r = 0;

	for (patch = next_applied(0); patch && r == 0; patch = next_applied(patch->applied))
		r = come(patch, module);
	registry_for_each(patch)
		if (r == 0 && !patch->applied)
			r = come(patch, module);
	if (r)
		go(module);
	return r;
}

static void be_live(struct module *module)
{
	struct object *object;
	struct patch *patch;

	registry_for_each(patch) {
		object = find_object(patch, module);
		if (object && object->module == module && object->state == OBJECT_COMING)
			object_set_state(object, OBJECT_LIVE);
	}
}

/*
 * The notifiers' chain is locked by whoever calls this, so nothing that is done with kmend_lock
 * held may wait for that lock: load a module, or (un)register a notifier.
 */
static int module_changes(struct notifier_block *block, unsigned long action, void *data)
{
	struct module *module = data;
	int r = 0;

	mutex_lock(&kmend_lock);
	switch (action) {
	case MODULE_STATE_COMING:
		r = come_all(module);
		break;
	case MODULE_STATE_LIVE:
		be_live(module);
		break;
	case MODULE_STATE_GOING:
		go(module);
		break;
	}
	mutex_unlock(&kmend_lock);
	return notifier_from_errno(r);
}

static struct notifier_block module_notifier = {
	.notifier_call = module_changes,
};

int late_init(void)
{
	return register_module_notifier(&module_notifier);
}

void late_exit(void)
{
	unregister_module_notifier(&module_notifier);
}
