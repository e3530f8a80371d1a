/* SPDX-License-Identifier: GPL-2.0 */
/* The patches that are registered, and the one lock of the core. */
#ifndef KMEND_REGISTRY_H
#define KMEND_REGISTRY_H

#include <linux/completion.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/mutex.h>

#include <kmend/patch.h>

#include "guard.h"
#include "proof.h"
#include "site.h"

struct callbacks;
struct code_ranges;

/* In the order of the KMEND_STATE_* values' life; names in sysfs_patch.c. */
enum patch_state {
	PATCH_LOADED,
	PATCH_APPLYING,
	PATCH_LIVE,
	PATCH_REVERTING,
	_PATCH_STATE_MAX,
};

struct patch;

/* In the order of the KMEND_TARGET_* values; names in sysfs_patch.c. */
enum object_state {
	OBJECT_ABSENT,
	OBJECT_COMING,
	OBJECT_LIVE,
	OBJECT_UNPATCHED,
	_OBJECT_STATE_MAX,
};

/* vmlinux or a module that a patch replaces functions of, uses, or has callbacks for. */
struct object {
	struct kobject kobj;
	const char *name;
	const struct kmend_object *record; /* NULL: vmlinux */
	struct module *module; /* NULL: vmlinux, or not there; referenced unless it may come late */
	enum object_state state; /* written under kmend_lock once registered */
	bool is_ready; /* the addresses of its functions are known, and code for it is complete */
	bool is_relocated; /* .klp.rela.OBJECT.* are applied */
	struct module **used; /* other modules that those name; referenced */
	unsigned int nr_used;
};

/* One function that is replaced. */
struct func {
	struct kobject kobj;
	struct patch *patch;
	struct object *object;
	const struct kmend_func *record;
	unsigned long ip; /* of the call that ftrace redirects; 0: its object is not there */
	struct version version; /* the new function */
	struct site *site; /* in whose stack it is; NULL: it is not live */
	struct func *below; /* in that stack; NULL: the old function */
	enum proof lost_by; /* why its redirect was lost, the last time; PROOF_LIVE: it never was */
};

#define PATCH_ERROR_LEN 256

struct patch {
	struct list_head node; /* in the registry, under kmend_lock */
	struct kobject kobj;
	struct kobject *objects_kobj, *callbacks_kobj;
	struct completion released; /* no kobject refers to this any more */
	const struct kmend_patch *record;
	char name[KMEND_PATCH_NAME_MAX + 1];
	struct module *module;
	enum patch_state state; /* written under kmend_lock */
	bool registered; /* under kmend_lock; false: unregistering */
	u64 applied; /* grows from one that went live to the next; 0: none of it is live */
	char last_error[PATCH_ERROR_LEN]; /* under kmend_lock once registered */
	const struct func *blamed; /* that error is about this one; NULL: about no single one */
	unsigned int nr_objects;
	unsigned int nr_funcs;
	unsigned int nr_callbacks;
	struct object *objects;
	struct func *funcs;
	struct callbacks *callbacks; /* by the order of their records */
	struct code_ranges *ranges; /* old functions, and all code of the patch module */
	struct guard guard; /* under kmend_lock once registered */
};

/*
 * Protects the registry, all sites and the transition. Taken before the kernel's own locks
 * (ftrace's, CPU hotplug's); never while removing a sysfs file that a writer may be in.
 */
extern struct mutex kmend_lock;

/* All registered patches. This needs kmend_lock, as does all that follows. */
extern struct list_head registered_patches;
#define registry_for_each(patch) list_for_each_entry(patch, &registered_patches, node)

/* Call visit() for each registered patch, until one returns other than 0. */
int patches_visit(int (*visit)(struct patch *patch, void *data), void *data);

/* The registered patch of that name, or NULL. */
struct patch *registry_find(const char *name);
unsigned int registry_count(void);

/* What a patch has for the function that another one's is for, or NULL. */
struct func *patch_find_func(const struct patch *patch, const struct func *like);

/* Change a patch's state and wake those who poll it. */
void patch_set_state(struct patch *patch, enum patch_state state);

#endif
