/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A patch of core_late, which need not be there. What the core gets from .klp.rela.* sections in
 * patchgen's modules, addresses of functions, is filled in here before the core is told of the
 * module. Parameters: "build_id" of core_late, "unpatched": load it though it cannot be patched.
 */
#ifndef CORE_TEST_LATE_H
#define CORE_TEST_LATE_H

#include <linux/notifier.h>

#include "patch.h"

#define LATE_FUNCS 4

static char *build_id = "";
module_param(build_id, charp, 0);
static bool unpatched;
module_param(unpatched, bool, 0);

static struct kmend_func late_funcs[LATE_FUNCS];
static struct lookup late_lookup;
static unsigned int late_nr;

static void late_find(const char *prefix, struct kmend_func *func)
{
	unsigned long size, offset;
	char name[64];

	snprintf(name, sizeof(name), "%s%s", prefix, func->name);
	func->old_addr = late_lookup.address(name);
	if (func->old_addr && late_lookup.size(func->old_addr, &size, &offset))
		func->old_size = size;
}

static void late_fill(bool there)
{
	unsigned int i;

	for (i = 0; i < late_nr; i++) {
		if (strcmp(late_funcs[i].object, "core_late") != 0)
			continue;
		late_funcs[i].old_addr = 0;
		if (there)
			late_find("core_late:", &late_funcs[i]);
	}
}

static int late_changes(struct notifier_block *block, unsigned long action, void *data)
{
	const struct module *module = data;

	if (strcmp(module->name, "core_late") == 0 && action == MODULE_STATE_COMING)
		late_fill(true);
	return NOTIFY_OK;
}

static struct notifier_block late_notifier = {
	.notifier_call = late_changes,
	.priority = INT_MAX,
};

/* old_size: of an absent function, at least 1 and at most what it has. */
static int late_func(const char *name, void *replacement)
{
	struct kmend_func *func = &late_funcs[late_nr];
	unsigned long size, offset;

	strscpy(func->object, "core_late", sizeof(func->object));
	strscpy(func->name, name, sizeof(func->name));
	func->old_size = 1;
	func->new_addr = (unsigned long)replacement;
	if (!late_lookup.size(func->new_addr, &size, &offset))
		return -ENOENT;
	func->new_size = size;
	late_nr++;
	return 0;
}

static int late_register(const char *name)
{
	struct kmend_object *object = &objects[patch_nr_objects()];
	int r;

	strscpy(object->name, "core_late", sizeof(object->name));
	strscpy(object->build_id, build_id, sizeof(object->build_id));
	object->flags = KMEND_OBJECT_LATE | (unpatched ? KMEND_OBJECT_UNPATCHED : 0);
	r = register_module_notifier(&late_notifier);
	if (r)
		return r;
	late_fill(true);
	r = patch_register(&late_lookup, name, late_funcs, late_nr);
	if (r)
		unregister_module_notifier(&late_notifier);
	return r;
}

static void late_unregister(void)
{
	patch_exit();
	unregister_module_notifier(&late_notifier);
}

#endif
