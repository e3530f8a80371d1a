// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "validate.h"

#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mm.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "buildid.h"
#include "callbacks.h"
#include "compat.h"
#include "fault.h"
#include "names.h"
#include "report.h"
#include "symbols.h"

#define MAX_FUNCS   65536 /* as many functions as the kernel has, roughly */
#define MAX_FILES   65536 /* that have callbacks */
#define MAX_OBJECTS 4096

/* The distance of the redirected call from the function's start: an ENDBR64 may come first. */
#define MAX_CALL_OFFSET 4

static bool is_terminated(const char *text, size_t size)
{
	return strnlen(text, size) < size;
}

static bool is_patch_name(const char *name)
{
	const char *p;

	if (!is_terminated(name, KMEND_PATCH_NAME_MAX + 1) || !isalnum(*name) || isupper(*name))
		return false;
	for (p = name; *p; p++)
		if (!(islower(*p) || isdigit(*p) || *p == '_' || *p == '-'))
			return false;
	return true;
}

/* Fit to be a file name and a word in a message. */
static bool is_word(const char *text, size_t size)
{
	const char *p;

	if (!is_terminated(text, size) || !*text)
		return false;
	for (p = text; *p; p++)
		if (!isascii(*p) || !isgraph(*p) || *p == '/')
			return false;
	return true;
}

/* A list as names.h has it. */
static bool are_names(const char *names)
{
	char name[KMEND_PATCH_NAME_MAX + 2];

	if (names && !is_terminated(names, KMEND_NAMES_LEN))
		return false;
	while (names_next(&names, name, sizeof(name)))
		if (!is_patch_name(name))
			return false;
	return true;
}

/* What the module names as its own goes when it goes, and what a wrong count covers is not read. */
static bool is_array_of(const struct module *module, const void *array, size_t size)
{
	if (size == 0)
		return true;
	return within_module_core((unsigned long)array, module) &&
	       within_module_core((unsigned long)array + size - 1, module);
}

static bool is_its_own(const struct kmend_patch *record)
{
	const struct module *module = record->module;

	return is_array_of(module, record, sizeof(*record)) &&
	       is_array_of(module, record->funcs, record->nr_funcs * sizeof(*record->funcs)) &&
	       is_array_of(module, record->objects,
			   record->nr_objects * sizeof(*record->objects)) &&
	       is_array_of(module, record->callbacks,
			   record->nr_callbacks * sizeof(*record->callbacks));
}

/* There is no patch to speak of before this has passed, so it speaks for itself. */
int validate_header(const struct kmend_patch *record)
{
	const char *why = NULL;

	if (!record)
		why = "there is no record";
	else if (record->abi != KMEND_ABI)
		why = "it has another ABI version than this core";
	else if (!record->name || !is_patch_name(record->name))
		why = "its name is not valid";
	else if (!record->version || !is_word(record->version, KMEND_VERSION_LEN))
		why = "its version is not a word";
	else if (!record->build_id || !is_terminated(record->build_id, KMEND_BUILD_ID_LEN))
		why = "its build-id is not valid";
	else if (!record->module)
		why = "it names no module";
	else if (record->nr_funcs > MAX_FUNCS || (!record->funcs && record->nr_funcs) ||
		 (record->nr_funcs == 0 && record->nr_callbacks == 0))
		why = "its number of functions is not valid";
	else if (record->nr_callbacks > MAX_FILES)
		why = "its number of callbacks is not valid";
	else if (!are_names(record->replaces) || !are_names(record->stacks_on))
		why = "a name in replaces or stacks_on is not valid";
	else if (record->nr_objects > MAX_OBJECTS || (!record->objects && record->nr_objects))
		why = "its number of modules is not valid";
	else if (memchr_inv(record->reserved, 0, sizeof(record->reserved)))
		why = "its reserved fields are in use";
	else if (!is_its_own(record))
		why = "its record, or an array of it, is not in the module that it names";
	if (!why)
		return 0;
	pr_err("KM502 a patch module is malformed: %s\n", why);
	return -EINVAL;
}

int validate_build_id(struct patch *patch)
{
	char running[KMEND_BUILD_ID_LEN];
	int r;

	r = buildid_from_notes(kernel.notes_start, kernel.notes_stop, running, sizeof(running));
	if (r)
		return refuse(patch, r, KM501, "the running kernel has no build-id");
	if (strcmp(running, patch->record->build_id) != 0)
		return refuse(patch, -ESTALE, KM501,
			      "the patch was made for kernel build %s, but %s is running",
			      patch->record->build_id, running);
	return 0;
}

static bool is_build_id(const char *text)
{
	const char *p;

	if (!is_terminated(text, KMEND_BUILD_ID_LEN) || !*text)
		return false;
	for (p = text; *p; p++)
		if (!isdigit(*p) && !(*p >= 'a' && *p <= 'f'))
			return false;
	return true;
}

const struct kmend_object *object_record(const struct patch *patch, const char *name)
{
	const struct kmend_patch *record = patch->record;
	unsigned int i;

	for (i = 0; i < record->nr_objects; i++)
		if (strcmp(record->objects[i].name, name) == 0)
			return &record->objects[i];
	return NULL;
}

int validate_object(struct patch *patch, const struct kmend_object *object, unsigned int index)
{
	if (!is_word(object->name, sizeof(object->name)) ||
	    strcmp(object->name, KMEND_OBJECT_VMLINUX) == 0)
		return refuse(patch, -EINVAL, KM502, "module %u: its name is not valid", index);
	if (!is_build_id(object->build_id))
		return refuse(patch, -EINVAL, KM502, "module %s: its build-id is not valid",
			      object->name);
	if (object->flags & ~KMEND_OBJECT_FLAGS_ALL ||
	    memchr_inv(object->reserved, 0, sizeof(object->reserved)))
		return refuse(patch, -EINVAL, KM502, "module %s: flags %#x are not known",
			      object->name, object->flags & ~KMEND_OBJECT_FLAGS_ALL);
	return 0;
}

int validate_identity(struct patch *patch, const struct kmend_object *object,
		      const struct module *module)
{
	char found[KMEND_BUILD_ID_LEN];

	if (buildid_is_of_module(module, object->build_id, found))
		return 0;
	return refuse(patch, -ESTALE, KM540,
		      "the patch was made for build %s of module %s, but %s is loaded",
		      object->build_id, object->name, found);
}

static int validate_names(struct patch *patch, const struct kmend_func *func, unsigned int index)
{
	if (!is_word(func->name, sizeof(func->name)))
		return refuse(patch, -EINVAL, KM502, "record %u: the function's name is not valid",
			      index);
	if (!is_word(func->object, sizeof(func->object)))
		return refuse(patch, -EINVAL, KM502, "record %u: the object's name is not valid",
			      index);
	if (func->flags & ~KMEND_FUNC_FLAGS_ALL)
		return refuse(patch, -EINVAL, KM502, "%s: flags %#x are not known", func->name,
			      func->flags & ~KMEND_FUNC_FLAGS_ALL);
	return 0;
}

int validate_target(struct patch *patch, const struct kmend_object *object,
		    struct module **ret_module)
{
	struct module *module;
	int r;

	preempt_disable();
	module = kernel.find_module(object->name);
	if (module &&
	    (module->state != MODULE_STATE_LIVE || !FALLIBLE(false, try_module_get(module))))
		module = NULL;
	preempt_enable();
	if (!module)
		return refuse(patch, -ENOENT, KM504, "module %s, which it changes, is not loaded",
			      object->name);
	r = validate_identity(patch, object, module);
	if (r) {
		module_put(module);
		return r;
	}
	*ret_module = module;
	return 0;
}

static bool is_within(const struct module *module, unsigned long addr, unsigned long size)
{
	unsigned long start = module_text_start(module), length = module_text_size(module);

	return addr >= start && addr - start < length && size <= length - (addr - start);
}

/* The old code lies in its object, within one symbol that begins where the record says. */
static bool old_is_valid(const struct module *target, const struct kmend_func *func)
{
	unsigned long size, offset;

	if (target && !is_within(target, func->old_addr, func->old_size))
		return false;
	if (!target && !kernel.core_kernel_text(func->old_addr))
		return false;
	return kernel.kallsyms_lookup_size_offset(func->old_addr, &size, &offset) && offset == 0 &&
	       func->old_size <= size;
}

int validate_record(struct patch *patch, const struct kmend_func *func, unsigned int index)
{
	int r = validate_names(patch, func, index);

	if (r)
		return r;
	if (!(func->flags & KMEND_FUNC_RANGE) && (func->old_size == 0 || func->new_size == 0))
		return refuse(patch, -EINVAL, KM502, "%s: its size is 0", func->name);
	if (func->new_size && !is_within(patch->module, func->new_addr, func->new_size))
		return refuse(patch, -EINVAL, KM502, "%s: its new code is not in the patch module",
			      func->name);
	return 0;
}

int validate_func(struct patch *patch, const struct module *target, const struct kmend_func *func,
		  unsigned long *ret_ip)
{
	unsigned long ip;

	if (func->old_size && !old_is_valid(target, func))
		return refuse(patch, -ENOEXEC, KM505, "%s: %#llx, %u bytes, is no function of %s",
			      func->name, func->old_addr, func->old_size, func->object);
	if (func->flags & KMEND_FUNC_RANGE)
		return 0;

	ip = kernel.ftrace_location(func->old_addr);
	if (!ip || ip - func->old_addr > MAX_CALL_OFFSET)
		return refuse(patch, -ENOEXEC, KM505,
			      "%s of %s does not begin with a call that ftrace can redirect",
			      func->name, func->object);
	*ret_ip = ip;
	return 0;
}

/* A path: it is shown, never opened. */
static bool is_source_name(const char *text)
{
	const char *p;

	if (!is_terminated(text, KMEND_SOURCE_NAME_LEN) || !*text)
		return false;
	for (p = text; *p; p++)
		if (!isascii(*p) || !isgraph(*p))
			return false;
	return true;
}

int validate_callbacks(struct patch *patch, const struct kmend_callbacks *callbacks,
		       unsigned int index)
{
	u32 events = 0;
	unsigned int i;

	if (!is_word(callbacks->object, sizeof(callbacks->object)))
		return refuse(patch, -EINVAL, KM502, "callbacks %u: the object's name is not valid",
			      index);
	if (object_record(patch, callbacks->object) &&
	    (object_record(patch, callbacks->object)->flags & KMEND_OBJECT_LATE))
		return refuse(patch, -EINVAL, KM502,
			      "callbacks %u: module %s cannot have any and come late", index,
			      callbacks->object);
	if (!is_source_name(callbacks->source))
		return refuse(patch, -EINVAL, KM502, "callbacks %u: the source's name is not valid",
			      index);
	for (i = 0; i < KMEND_EVENTS; i++) {
		if (!callbacks->functions[i])
			continue;
		events |= 1U << i;
		if (!is_within(patch->module, callbacks->functions[i], 1))
			return refuse(patch, -EINVAL, KM502,
				      "%s: its %s callback is not in the patch module",
				      callbacks->source, callback_event_name(i));
	}
	if (!events || events != callbacks->events || callbacks->reserved)
		return refuse(patch, -EINVAL, KM502, "%s: its callbacks are not what it announces",
			      callbacks->source);
	return 0;
}

typedef int (*compare_fn)(const void *a, const void *b);

static int compare_ips(const void *a, const void *b)
{
	const struct func *x = *(const struct func *const *)a, *y = *(const struct func *const *)b;

	return x->ip < y->ip ? -1 : x->ip > y->ip;
}

/* By the names of their folders in sysfs. */
static int compare_names(const void *a, const void *b)
{
	const struct func *x = *(const struct func *const *)a, *y = *(const struct func *const *)b;
	u32 x_pos = x->record->sympos ?: 1, y_pos = y->record->sympos ?: 1;
	int r;

	r = strcmp(x->object->name, y->object->name) ?: strcmp(x->record->name, y->record->name);
	if (r)
		return r;
	return x_pos < y_pos ? -1 : x_pos > y_pos;
}

static int refuse_if_equal(struct patch *patch, const struct func **funcs, compare_fn compare,
			   const char *what)
{
	unsigned int i;

	sort(funcs, patch->nr_funcs, sizeof(*funcs), compare, NULL);
	for (i = 1; i < patch->nr_funcs; i++)
		if (compare(&funcs[i - 1], &funcs[i]) == 0 &&
		    (compare != compare_ips || funcs[i]->ip))
			return refuse(patch, -EINVAL, KM502, "%s and %s have the same %s",
				      funcs[i - 1]->record->name, funcs[i]->record->name, what);
	return 0;
}

int validate_distinct(struct patch *patch)
{
	const struct func **funcs;
	unsigned int i;
	int r;

	if (patch->nr_funcs == 0 && patch->nr_callbacks == 0)
		return refuse(patch, -EINVAL, KM502,
			      "it replaces no function and has no callbacks");
	funcs = FALLIBLE(NULL, kvmalloc_array(patch->nr_funcs, sizeof(*funcs), GFP_KERNEL));
	if (!funcs)
		return refuse(patch, -ENOMEM, KM512, "out of memory");
	for (i = 0; i < patch->nr_funcs; i++)
		funcs[i] = &patch->funcs[i];
	r = refuse_if_equal(patch, funcs, compare_ips, "address");
	if (r == 0)
		r = refuse_if_equal(patch, funcs, compare_names, "name and position");
	kvfree(funcs);
	return r;
}
