/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Binary layout of a patch module, ABI version 1: what patchgen writes, the core acts upon and
 * libkmend reads without loading. Everything here has fixed size and base types, so that the
 * layout, and with it the modversions CRC of kmend_register(), is the same on every kernel.
 *
 * A patch module NAME.ko is an ordinary kernel module called kmend_NAME that
 *  - has modinfo livepatch=Y, so that the kernel's loader resolves its .klp.rela.vmlinux.*
 *    sections (kernel/module/livepatch.c and kernel/livepatch/core.c of 6.1), kmend=1 (this ABI's
 *    version) and depends=kmend;
 *  - has a section KMEND_SEC_FUNCS, an array of struct kmend_func, or one KMEND_SEC_CALLBACKS, an
 *    array of struct kmend_callbacks, or both;
 *  - has a section KMEND_SEC_OBJECTS, an array of struct kmend_object, where those name a module;
 *  - has sections .klp.rela.MODULE.* for modules that need not be loaded (KMEND_OBJECT_LATE), which
 *    the kernel's loader passes over, and the core applies;
 *  - has a section KMEND_SEC_MANIFEST, the manifest's YAML text (manifest.h), not terminated;
 *  - calls kmend_register() from its init and kmend_unregister() from its exit function.
 *
 * Nothing goes live when the module is loaded: the core applies the patch when it is told to
 * (sysfs.h, the attribute "enabled").
 */
#ifndef KMEND_PATCH_H
#define KMEND_PATCH_H

#include <linux/types.h>

#define KMEND_ABI 1

#define KMEND_SEC_OBJECTS   ".kmend.objects"
#define KMEND_SEC_FUNCS     ".kmend.funcs"
#define KMEND_SEC_CALLBACKS ".kmend.callbacks"
#define KMEND_SEC_MANIFEST  ".kmend.manifest"

/* What author.h leaves in an object for patchgen; no part of a patch module. */
#define KMEND_SEC_AUTHOR ".kmend.author."

#define KMEND_MODULE_PREFIX "kmend_"

/* Patch names: [a-z0-9] first, then [a-z0-9_-]; '-' becomes '_' in the module's name. */
#define KMEND_PATCH_NAME_MAX 49 /* with the prefix, what MODULE_NAME_LEN (56) leaves */

#define KMEND_FUNC_NAME_LEN   128
#define KMEND_OBJECT_NAME_LEN 56
#define KMEND_SOURCE_NAME_LEN 128
#define KMEND_BUILD_ID_LEN    41 /* 20 bytes in hexadecimal, terminated */
#define KMEND_VERSION_LEN     128
#define KMEND_NAMES_LEN       4096

#define KMEND_OBJECT_VMLINUX "vmlinux"

/*
 * The module need not be loaded. When it is, before its init runs, the core applies the sections
 * .klp.rela.NAME.* of the patch module and redirects its functions, where the patch is live; when
 * it goes, the core takes that back. Without this flag it must be loaded before the patch, and
 * stays as long.
 */
#define KMEND_OBJECT_LATE 0x1

/*
 * Of a late one: when it comes and cannot be patched, it is used as it is. Without this flag it is
 * not loaded.
 */
#define KMEND_OBJECT_UNPATCHED 0x2

#define KMEND_OBJECT_FLAGS_ALL (KMEND_OBJECT_LATE | KMEND_OBJECT_UNPATCHED)

/* A module that the patch changes, has callbacks for, or uses symbols of that are not exported. */
struct kmend_object {
	char name[KMEND_OBJECT_NAME_LEN]; /* terminated; each once, and not "vmlinux" */
	char build_id[KMEND_BUILD_ID_LEN]; /* of its file; lower-case hexadecimal, terminated */
	__u8 reserved[3]; /* 0 */
	__u32 flags; /* KMEND_OBJECT_* */
};

/*
 * The record does not redirect anything: it names further code of the old and new function that
 * a stack must not be in while they change places, as gcc's .cold parts, which lie outside their
 * function's size. old_size or new_size is 0 where only one side has such a part. So it is with a
 * function that has no call for ftrace, and whose callers have records of their own instead: one
 * that jumped there is not on the stack.
 */
#define KMEND_FUNC_RANGE 0x1

#define KMEND_FUNC_FLAGS_ALL KMEND_FUNC_RANGE

/*
 * One replaced function. old_addr is filled in by a klp relocation when the module is loaded, or,
 * of a late object, when that comes, and is 0 while it is not there; new_addr is filled in by an
 * ordinary relocation. In the file both are 0.
 */
struct kmend_func {
	__u64 old_addr;
	__u64 new_addr;
	__u32 old_size; /* bytes */
	__u32 new_size; /* bytes */
	__u32 sympos; /* which of several same-named, from 1; 0: name is unique */
	__u32 flags; /* KMEND_FUNC_* */
	char name[KMEND_FUNC_NAME_LEN]; /* terminated */
	char object[KMEND_OBJECT_NAME_LEN]; /* "vmlinux" or a module's name, terminated */
};

/*
 * When a callback is called; author.h tells it to authors. Callbacks run in process context and
 * may sleep, with the machine running and none of the core's locks held.
 */
#define KMEND_EVENT_PRE_APPLY   0 /* before anything changes; an error refuses the apply */
#define KMEND_EVENT_POST_APPLY  1 /* all functions are switched to the new ones */
#define KMEND_EVENT_PRE_REVERT  2 /* before the functions are switched back */
#define KMEND_EVENT_POST_REVERT 3 /* no task is in the patch's code any more */
#define KMEND_EVENTS            4

/* The event comes of a request that was taken back, or of an apply that failed. */
#define KMEND_EVENT_UNDONE 0x1

/* What a callback is told: valid for the time of the call. */
struct kmend_event {
	const char *patch; /* its name */
	const char *object; /* "vmlinux" or a module's name */
	void *module; /* the object's struct module; NULL: vmlinux */
	__u32 event; /* KMEND_EVENT_* */
	__u32 flags; /* KMEND_EVENT_UNDONE */
	/*
	 * Another patch takes this one's place in the same transition, by its "replaces", or gives
	 * it back: that patch's name. What both know how to use, as shadow variables, is to be left
	 * for it by the events of the revert, and to be found by those of the apply. NULL: none.
	 */
	const char *peer;
};

/*
 * The callbacks of one C file. The addresses are filled in by ordinary relocations when the module
 * is loaded; they point into the module's own code. Of KMEND_EVENT_PRE_APPLY it is an
 * int (*)(const struct kmend_event *), 0 or a negative errno; the others return nothing.
 */
struct kmend_callbacks {
	__u64 functions[KMEND_EVENTS]; /* by event; 0: none, and always so in the file */
	__u32 events; /* bit 1 << KMEND_EVENT_* for each that there is */
	__u32 reserved; /* 0 */
	char source[KMEND_SOURCE_NAME_LEN]; /* its path in the kernel's source, terminated */
	char object[KMEND_OBJECT_NAME_LEN]; /* "vmlinux" or a module's name, terminated */
};

/*
 * What a patch module hands to kmend_register(). It and all it points to stay valid until
 * kmend_unregister() has returned. Lists of names are separated by single spaces, less than
 * KMEND_NAMES_LEN bytes; NULL where there is none.
 */
struct kmend_patch {
	__u32 abi; /* KMEND_ABI */
	__u32 nr_funcs;
	const char *name; /* patch name, without KMEND_MODULE_PREFIX */
	const char *version; /* the manifest's; less than KMEND_VERSION_LEN bytes */
	const char *build_id; /* of the vmlinux it was verified against, lower-case hexadecimal */
	void *module; /* THIS_MODULE */
	const struct kmend_func *funcs;
	const char *manifest; /* not terminated */
	__u64 manifest_size; /* bytes */
	const struct kmend_callbacks *callbacks;
	__u64 nr_callbacks;
	const char *replaces; /* patches that are taken off with its apply; names, see below */
	const char *stacks_on; /* patches whose versions of functions it may cover; they stay live */
	const struct kmend_object *objects;
	__u64 nr_objects;
	__u64 reserved[2]; /* 0 */
};

#ifdef __KERNEL__
/*
 * Make a loaded patch known to the core; it becomes visible in sysfs, and nothing goes live.
 * Returns 0, or, with a KM5xx line in the log: -EINVAL (malformed record or unknown ABI), -EEXIST (a
 * patch of this name is registered), -ESTALE (made for another build of the kernel or of a
 * module), -ENOENT (a target module is not loaded), -EBUSY (one is being loaded), -ENOEXEC (a
 * function cannot be redirected), -ENOMEM.
 */
int kmend_register(const struct kmend_patch *patch);

/*
 * A live patch holds a reference to its module, so it is not live any more, unless the module is
 * removed by force: then this reverts it first, and returns when no task is in its code.
 */
void kmend_unregister(const struct kmend_patch *patch);
#endif

#endif
