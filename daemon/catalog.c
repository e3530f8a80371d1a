// SPDX-License-Identifier: GPL-2.0
#include "catalog.h"

#include <string.h>

#include "lib/buildid.h"
#include "lib/core.h"
#include "lib/digest.h"
#include "lib/fileio.h"
#include "lib/keyring.h"
#include "lib/layers.h"
#include "lib/strv.h"
#include "lib/text.h"
#include "owner.h"

static void entry_done(struct catalog_entry *e)
{
	free(e->name);
	free(e->path);
	free(e->digest);
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

static int compare_entries(const void *a, const void *b)
{
	return strcmp(((const struct catalog_entry *)a)->name,
		      ((const struct catalog_entry *)b)->name);
}

void catalog_sort(struct catalog *c)
{
	if (c->n)
		qsort(c->items, c->n, sizeof(*c->items), compare_entries);
}

const struct catalog_entry *catalog_find(const struct catalog *c, const char *name)
{
	const struct catalog_entry key = {.name = (char *)name};

	return c->n ? bsearch(&key, c->items, c->n, sizeof(key), compare_entries) : NULL;
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

static int check_kernel(struct catalog_entry *e, const struct catalog_rules *rules)
{
	const struct manifest *m = e->module->manifest;
	struct diag_where where = {.file = e->path};

	if (strcmp(m->name, e->name) != 0)
		return diag_add(&e->problems, KM602, DIAG_ERROR, -EINVAL, &where,
				"the folder is called %s, but the patch %s", e->name, m->name);
	if (strcmp(m->kernel_release, rules->release) != 0)
		return diag_add(&e->problems, KM603, DIAG_REFUSAL, -ESTALE, &where,
				"%s is for kernel %s, but %s is running", e->name,
				m->kernel_release, rules->release);
	if (!rules->build_id)
		return diag_add(&e->problems, KM604, DIAG_REFUSAL, -ESTALE, &where,
				"the running kernel does not tell its build-id");
	if (strcmp(m->kernel_build_id, rules->build_id) != 0)
		return diag_add(&e->problems, KM604, DIAG_REFUSAL, -ESTALE, &where,
				"%s is for the build %s of this kernel, but %s is running", e->name,
				m->kernel_build_id, rules->build_id);
	return 0;
}

/* Read once, so that what is checked is what was signed. */
static int read_module(struct catalog_entry *e, const struct keyring *keys)
{
	_cleanup_free_ char *image = NULL;
	char digest[DIGEST_TEXT];
	size_t size;
	int r;

	r = file_read(e->path, PATCH_MODULE_MAX, &image, &size);
	if (r == -EFBIG)
		return diag_add(&e->problems, KM401, DIAG_ERROR, -ENOEXEC,
				&(struct diag_where){.file = e->path},
				"it is larger than %lu bytes", PATCH_MODULE_MAX);
	if (r < 0)
		return diag_add(&e->problems, KM102, DIAG_ERROR, r,
				&(struct diag_where){.file = e->path}, "cannot read it: %s",
				strerror(-r));
	if (digest_data(image, size, digest) < 0 || !(e->digest = strdup(digest)))
		return -ENOMEM;
	r = keys ? keyring_verify(keys, image, size, e->path, &e->problems) : 0;
	if (r == -ENOMEM)
		return r;
	/* An unsigned one is shown with what it says of itself, but has a problem and stays unfit. */
	return patch_module_parse(image, size, e->path, &e->problems, &e->module);
}

static int check_entry(struct catalog_entry *e, const char *folder,
		       const struct catalog_rules *rules)
{
	int r;

	r = owner_check(folder, &e->problems);
	if (r >= 0)
		r = owner_check(e->path, &e->problems);
	if (r >= 0)
		r = read_module(e, rules->keys);
	if (r >= 0)
		r = check_kernel(e, rules);
	if (r >= 0)
		r = check_manifest_file(e, folder);
	return r;
}

static int entry_new(const char *name, const char *folder, struct catalog_entry *ret)
{
	struct catalog_entry e = {.name = strdup(name)};

	if (!e.name || asprintf(&e.path, "%s/%s.ko", folder, name) < 0) {
		free(e.name);
		return -ENOMEM;
	}
	*ret = e;
	return 0;
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

static int read_entry(const struct layers_entry *layer, const struct catalog_rules *rules,
		      struct catalog_entry *ret)
{
	struct catalog_entry e;
	int r;

	if (!patch_name_is_valid(layer->name))
		return misnamed_entry(layer->name, ret);
	r = entry_new(layer->name, layer->path, &e);
	if (r < 0)
		return r;
	e.masked = layer->masked;
	if (e.masked)
		r = diag_add(&e.problems, KM636, DIAG_REFUSAL, -EPERM, NULL,
			     "%s is a link to /dev/null", layer->path);
	else
		r = check_entry(&e, layer->path, rules);
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

/* In each layer the masks for all releases come first, then what there is for this one. */
static int list_folders(const struct catalog_rules *rules, char ***ret)
{
	_cleanup_strv_ char **folders = NULL;
	int r = 0;

	for (size_t i = 0; rules->folders && rules->folders[i] && r >= 0; i++) {
		_cleanup_free_ char *path = path_join(rules->folders[i], rules->release);

		r = path ? strv_append(&folders, rules->folders[i]) : -ENOMEM;
		if (r >= 0)
			r = strv_append(&folders, path);
	}
	if (r < 0)
		return r;
	*ret = TAKE_PTR(folders);
	return 0;
}

/* Beside the masks there are the folders of releases and of keys, which are no patches. */
static bool is_no_patch(const struct layers_entry *layer, const struct catalog_rules *rules)
{
	size_t length = strlen(layer->path) - strlen(layer->name) - 1;

	for (size_t i = 0; rules->folders[i]; i++)
		if (strlen(rules->folders[i]) == length &&
		    strncmp(layer->path, rules->folders[i], length) == 0)
			return !layer->masked;
	return false;
}

int catalog_read(const struct catalog_rules *rules, struct catalog *ret)
{
	_cleanup_(catalog_done) struct catalog c = {};
	_cleanup_layers_ struct layers layers = {};
	_cleanup_strv_ char **folders = NULL;
	int r;

	r = list_folders(rules, &folders);
	if (r >= 0)
		r = layers_read(folders, CATALOG_NAMES_MAX, &layers, NULL);
	if (r < 0)
		return r;
	c.items = calloc(layers.n ?: 1, sizeof(*c.items));
	if (!c.items)
		return -ENOMEM;
	for (size_t i = 0; i < layers.n; i++) {
		if (is_no_patch(&layers.items[i], rules))
			continue;
		r = read_entry(&layers.items[i], rules, &c.items[c.n]);
		if (r < 0)
			return r;
		c.n++;
	}
	/* One of a bad name is shown under another one. */
	catalog_sort(&c);
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
