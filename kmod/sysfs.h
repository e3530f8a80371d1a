/* SPDX-License-Identifier: GPL-2.0 */
/* The core's files below /sys/kernel/kmend; kmend/sysfs.h names them. */
#ifndef KMEND_CORE_SYSFS_H
#define KMEND_CORE_SYSFS_H

#include <linux/sysfs.h>

#include "registry.h"

/* A file of a patch. */
struct patch_attribute {
	struct attribute attr;
	ssize_t (*show)(struct patch *patch, char *buf);
	ssize_t (*store)(struct patch *patch, const char *buf, size_t size);
};

/* Those of its probation. */
extern const struct attribute_group sysfs_probation_group;

int sysfs_init(void);
void sysfs_exit(void);

/* The folder that patches are in. */
struct kobject *sysfs_patches_kobj(void);

/* Make a patch's files. On failure none are left. */
int sysfs_patch_add(struct patch *patch);

/* Remove them, and wait for whoever is in one: kmend_lock must not be held. */
void sysfs_patch_remove(struct patch *patch);

/* Wake those who poll. */
void sysfs_patch_state_changed(struct patch *patch);
void sysfs_probation_changed(struct patch *patch);
void sysfs_patch_error_changed(struct patch *patch);
void sysfs_object_state_changed(struct object *object);
void sysfs_transition_changed(void);
void sysfs_stragglers_changed(void);
void sysfs_verify_changed(struct patch *patch);

/* The folder of verification; sysfs_verify.c. */
int sysfs_verify_add(struct kobject *root);
void sysfs_verify_remove(void);

/* A KMEND_STATE_* value. */
const char *patch_state_name(enum patch_state state);

#endif
