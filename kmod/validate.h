/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a patch module hands over, checked before anything is built on it. Each returns 0, or a
 * negative errno and has said why.
 */
#ifndef KMEND_VALIDATE_H
#define KMEND_VALIDATE_H

#include "registry.h"

/* The ABI, the strings and the number of functions and callbacks. */
int validate_header(const struct kmend_patch *record);

/* The patch was made for the kernel that runs. */
int validate_build_id(struct patch *patch);

/* Record number index: its strings and flags, and its new code. */
int validate_record(struct patch *patch, const struct kmend_func *func, unsigned int index);

/* What the record says of a module, or NULL. */
const struct kmend_object *object_record(const struct patch *patch, const char *name);

/* The strings and flags of record number index of modules. */
int validate_object(struct patch *patch, const struct kmend_object *object, unsigned int index);

/* A module is the one that the patch was verified against. It must not go meanwhile. */
int validate_identity(struct patch *patch, const struct kmend_object *object,
		      const struct module *module);

/* A target module is loaded, and is the one; *ret_module is then referenced. */
int validate_target(struct patch *patch, const struct kmend_object *object,
		    struct module **ret_module);

/* The old code of a record; *ret_ip is the call that ftrace redirects, as it was for a mere range. */
int validate_func(struct patch *patch, const struct module *target, const struct kmend_func *func,
		  unsigned long *ret_ip);

/* Record number index of callbacks: its strings, and that it points into the module's own code. */
int validate_callbacks(struct patch *patch, const struct kmend_callbacks *callbacks,
		       unsigned int index);

/* No two records replace the same function, or have the same name. */
int validate_distinct(struct patch *patch);

#endif
