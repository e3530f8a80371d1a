// SPDX-License-Identifier: GPL-2.0
#include "catalog.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/buildid.h"
#include "lib/core.h"
#include "lib/fileio.h"
#include "lib/text.h"

static void entry_done(struct catalog_entry *e)
{
	free(e->name);
	free(e->path);
	patch_module_free(e->module);
	diag_list_done(&e->problems);
}

void catalog_done(struct catalog *c)
{
	for (size_t i = 0; i < c->n; i++)
		entry_done(&c->items[i]);
	free(c->items);
	*c = (struct catalog){};
}

const struct catalog_entry *catalog_find(const struct catalog *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->items[i].name, name) == 0)
			return &c->items[i];
	return NULL;
}

const struct manifest *catalog_manifest(const struct catalog_entry *e)
{
	return e && e->problems.n == 0 ? e->module->manifest : NULL;
}

/* The file beside the module is what people and packages read: it must not tell another story. */
static int check_manifest_file(struct catalog_entry *e, const char *folder)
{
	_cleanup_free_ char *path = path_join(folder, KMEND_MANIFEST_FILE), *text = NULL;
	struct diag_where where = {.file = path};
	size_t size;
	int r;

	if (!path)
		return -ENOMEM;
	r = file_read(path, KMEND_MANIFEST_MAX, &text, &size);
	if (r < 0)
		return diag_add(&e->problems, KM602, DIAG_ERROR, r, &where,
				"cannot read the manifest: %s", strerror(-r));
	if (size != e->module->manifest_size || memcmp(text, e->module->manifest_text, size) != 0)
		return diag_add(&e->problems, KM602, DIAG_ERROR, -EINVAL, &where,
				"it differs from the manifest inside %s.ko", e->name);
	return 0;
}

static int check_kernel(struct catalog_entry *e, const struct catalog_kernel *kernel)
{
	const struct manifest *m = e->module->manifest;
	struct diag_where where = {.file = e->path};

	if (strcmp(m->name, e->name) != 0)
		return diag_add(&e->problems, KM602, DIAG_ERROR, -EINVAL, &where,
				"the folder is called %s, but the patch %s", e->name, m->name);
	if (strcmp(m->kernel_release, kernel->release) != 0)
		return diag_add(&e->problems, KM603, DIAG_REFUSAL, -ESTALE, &where,
				"%s is for kernel %s, but %s is running", e->name,
				m->kernel_release, kernel->release);
	if (!kernel->build_id)
		return diag_add(&e->problems, KM604, DIAG_REFUSAL, -ESTALE, &where,
				"the running kernel does not tell its build-id");
	if (strcmp(m->kernel_build_id, kernel->build_id) != 0)
		return diag_add(&e->problems, KM604, DIAG_REFUSAL, -ESTALE, &where,
				"%s is for the build %s of this kernel, but %s is running", e->name,
				m->kernel_build_id, kernel->build_id);
	return 0;
}

/* Who can write there can have the kernel run anything. */
static int check_owner(struct catalog_entry *e, const char *path)
{
	struct diag_where where = {.file = path};
	struct stat st;

	if (stat(path, &st) < 0)
		return 0;
	if ((st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & S_IWOTH) ||
	    ((st.st_mode & S_IWGRP) && st.st_gid != 0))
		return diag_add(&e->problems, KM629, DIAG_REFUSAL, -EPERM, &where,
				"others than root may write to it (owner %u, mode %03o)", st.st_uid,
				st.st_mode & 0777);
	return 0;
}

static int check_entry(struct catalog_entry *e, const char *folder,
		       const struct catalog_kernel *kernel)
{
	int r;

	r = check_owner(e, folder);
	if (r >= 0)
		r = check_owner(e, e->path);
	if (r >= 0)
		r = patch_module_open(e->path, &e->problems, &e->module);
	if (r >= 0)
		r = check_kernel(e, kernel);
	if (r >= 0)
		r = check_manifest_file(e, folder);
	return r;
}

/* A folder of any other name is no patch; it is shown, but neither opened nor repeated as it is. */
static int misnamed_entry(const char *name, struct catalog_entry *ret)
{
	struct catalog_entry e = {.name = strdup(name), .path = strdup("")};

	if (!e.name || !e.path) {
		entry_done(&e);
		return -ENOMEM;
	}
	text_make_printable(e.name);
	diag_error(&e.problems, KM602, -EINVAL, "the folder's name is not a patch name");
	*ret = e;
	return 0;
}

static int read_entry(const char *folder, const char *name, const struct catalog_kernel *kernel,
		      struct catalog_entry *ret)
{
	_cleanup_free_ char *path = path_join(folder, name);
	struct catalog_entry e = {};
	int r;

	if (!patch_name_is_valid(name))
		return misnamed_entry(name, ret);
	e.name = strdup(name);
	if (!path || !e.name || asprintf(&e.path, "%s/%s.ko", path, name) < 0) {
		free(e.name);
		return -ENOMEM;
	}
	r = check_entry(&e, path, kernel);
	if (r == -ENOMEM) {
		entry_done(&e);
		return r;
	}
	/* An error without a text would look like a patch that is fit. */
	if (r < 0 && e.problems.n == 0)
		diag_error(&e.problems, KM602, r, "%s cannot be read: %s", e.path, strerror(-r));
	*ret = e;
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct catalog_entry *)a)->name,
		      ((const struct catalog_entry *)b)->name);
}

DEFINE_CLEANUP(DIR *, closedir)

int catalog_read(const char *folder, const struct catalog_kernel *kernel, struct catalog *ret)
{
	_cleanup_free_ char *path = path_join(folder, kernel->release);
	_cleanup_(catalog_done) struct catalog c = {};
	_cleanup_(closedirp) DIR *dir = NULL;
	struct dirent *entry;
	int r;

	if (!path)
		return -ENOMEM;
	dir = opendir(path);
	if (!dir && errno != ENOENT)
		return -errno;
	while (dir && (entry = readdir(dir))) {
		struct catalog_entry *grown;

		if (entry->d_name[0] == '.')
			continue;
		grown = reallocarray(c.items, c.n + 1, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		c.items = grown;
		r = read_entry(path, entry->d_name, kernel, &grown[c.n]);
		if (r < 0)
			return r;
		c.n++;
	}
	if (c.n)
		qsort(c.items, c.n, sizeof(*c.items), compare_names);
	*ret = c;
	c = (struct catalog){};
	return 0;
}

/* The core patches it when it comes, and compares build-ids then. */
static bool may_come_later(const struct catalog_entry *e, const char *module)
{
	const struct kmend_object *object = patch_module_object(e->module, module);

	return object && object->flags & KMEND_OBJECT_LATE;
}

static int check_target(const struct catalog_entry *e, const char *sysfs, const char *module,
			struct diag_list *diags)
{
	if (may_come_later(e, module) || core_module_is_live(sysfs, module))
		return 0;
	return diag_add(diags, KM609, DIAG_REFUSAL, -ENOENT, NULL,
			"%s changes the kernel module %s, which is not loaded", e->name, module);
}

static int check_target_build(const struct catalog_entry *e, const char *sysfs,
			      const struct manifest_module *target, struct diag_list *diags)
{
	char build_id[KMEND_BUILD_ID_LEN];
	int r;

	if (may_come_later(e, target->name) && !core_module_is_live(sysfs, target->name))
		return 0;
	r = build_id_of_module(sysfs, target->name, build_id);
	if (r < 0)
		return diag_add(diags, KM610, DIAG_REFUSAL, -ESTALE, NULL,
				"the build-id of the loaded module %s cannot be read: %s",
				target->name, strerror(-r));
	if (strcmp(build_id, target->build_id) != 0)
		return diag_add(diags, KM610, DIAG_REFUSAL, -ESTALE, NULL,
				"%s is for the build %s of module %s, but %s is loaded", e->name,
				target->build_id, target->name, build_id);
	return 0;
}

int catalog_check_targets(const struct catalog_entry *e, const char *sysfs, struct diag_list *diags)
{
	const struct manifest *m = e->module->manifest;
	int r = 0;

	for (size_t i = 0; i < e->module->n_funcs && r >= 0; i++)
		if (strcmp(e->module->funcs[i].object, KMEND_OBJECT_VMLINUX) != 0)
			r = check_target(e, sysfs, e->module->funcs[i].object, diags);
	for (size_t i = 0; i < e->module->n_callbacks && r >= 0; i++)
		if (strcmp(e->module->callbacks[i].object, KMEND_OBJECT_VMLINUX) != 0)
			r = check_target(e, sysfs, e->module->callbacks[i].object, diags);
	for (size_t i = 0; i < m->n_modules && r >= 0; i++) {
		r = check_target(e, sysfs, m->modules[i].name, diags);
		if (r >= 0)
			r = check_target_build(e, sysfs, &m->modules[i], diags);
	}
	return r;
}
