/* SPDX-License-Identifier: GPL-2.0 */
/* The running core as sysfs shows it (kmend/sysfs.h). */
#ifndef KMEND_LIB_CORE_H
#define KMEND_LIB_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kmend/sysfs.h>

#include "cleanup.h"

enum core_state {
	CORE_ABSENT, /* no such patch is registered */
	CORE_LOADED,
	CORE_APPLYING,
	CORE_LIVE,
	CORE_REVERTING,
	_CORE_STATE_MAX,
	_CORE_STATE_INVALID = -EINVAL,
};

/* A function that a patch changes. */
struct core_func {
	char *object;
	char *name;
	unsigned long position; /* of those of this name, from 1 */
};

struct core_patch {
	char *name;
	char *version;
	char *module; /* its kernel module */
	char *build_id;
	char *last_error; /* "" where there was none */
	enum core_state state;
	struct core_func *funcs; /* after core_read_functions() */
	size_t n_funcs;
};

struct core_patches {
	struct core_patch *items; /* sorted by name */
	size_t n;
};

/*
 * In all of these sysfs is where sysfs is mounted, normally "/sys": the core's folder is
 * kernel/kmend below it, and the kernel's modules are in module.
 */

/* Returns 0, -ENOENT when the core is not loaded, or another negative errno. */
int core_read_abi(const char *sysfs, unsigned *ret);

/* All registered patches. A patch that goes away meanwhile is left out. */
int core_list(const char *sysfs, struct core_patches *ret);

/* Returns 0, or -ENOENT when no patch of that name is registered. */
int core_read_patch(const char *sysfs, const char *patch, struct core_patch *ret);

/* What a registered patch changes, sorted. Returns 0, or -ENOENT when it is not registered. */
int core_read_functions(const char *sysfs, struct core_patch *patch);

/* Its state; CORE_ABSENT with 0 when no patch of that name is registered. */
int core_read_state(const char *sysfs, const char *patch, enum core_state *ret);

/*
 * One attribute of a patch, as KMEND_SYSFS_LAST_ERROR; the caller frees *ret. Bytes that are not
 * printable ASCII are replaced.
 */
int core_read_attribute(const char *sysfs, const char *patch, const char *attribute, char **ret);

/* Write to one attribute of a patch, as KMEND_SYSFS_ENABLED, in one write. */
int core_write_attribute(const char *sysfs, const char *patch, const char *attribute,
			 const char *value);

/* "SYSFS/kernel/kmend/BELOW", for the caller to free; NULL when out of memory. */
char *core_path(const char *sysfs, const char *below);

/* The whole text is one decimal number. Returns 0 or -EBADMSG. */
int core_parse_number(const char *text, uint64_t *ret);

/* One attribute of the transition, as KMEND_SYSFS_TR_STRAGGLER; the caller frees *ret. */
int core_read_transition(const char *sysfs, const char *attribute, char **ret);

/*
 * Tell the core to apply or revert a patch. 0 means that it was taken up, not that it is done:
 * follow with core_wait_state().
 */
int core_set_enabled(const char *sysfs, const char *patch, bool enabled);

/*
 * "+NAME -NAME ...", as KMEND_SYSFS_TRANSACTION takes it; NULL when out of memory. Both lists are in
 * the order in which their patches go on; they go off in the reverse order.
 */
char *core_switch_line(char *const *on, char *const *off);

/*
 * Tell the core to apply some patches and revert others in one transition. Returns as
 * core_set_enabled(); -E2BIG when they are too many for one line.
 */
int core_switch(const char *sysfs, char *const *on, char *const *off);

/*
 * Why the last core_switch() was refused: "KMnnn TEXT", or "NAME: KMnnn TEXT", or empty. The
 * caller frees *ret.
 */
int core_read_refusal(const char *sysfs, char **ret);

/*
 * Sleep until a patch has reached a state, or settled in another one than it was asked for.
 * Returns 0, -ETIMEDOUT, -EIO (the core gave up: last_error tells), -ENOENT (it went away).
 */
int core_wait_state(const char *sysfs, const char *patch, enum core_state wanted,
		    unsigned timeout_ms);

/* Is a kernel module loaded and past its init function? */
bool core_module_is_live(const char *sysfs, const char *module);

const char *core_state_to_string(enum core_state state);
enum core_state core_state_from_string(const char *s);

const struct core_patch *core_patches_find(const struct core_patches *patches, const char *name);

void core_patch_done(struct core_patch *patch);
void core_patches_done(struct core_patches *patches);

#endif
