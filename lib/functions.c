// SPDX-License-Identifier: GPL-2.0
#include "functions.h"

#include <dirent.h>
#include <string.h>

#include "core.h"

DEFINE_CLEANUP(DIR *, closedir)

static void function_done(struct function *function)
{
	free(function->object);
	free(function->name);
	free(function->last_error);
	*function = (struct function){};
}

void functions_done(struct functions *functions)
{
	for (size_t i = 0; i < functions->n; i++)
		function_done(&functions->items[i]);
	free(functions->items);
	*functions = (struct functions){};
}

/* "NAME,POS" */
static int parse_folder(const char *folder, struct function *f)
{
	const char *comma = strrchr(folder, ',');
	uint64_t sympos;

	if (!comma || comma == folder || core_parse_number(comma + 1, &sympos) < 0 || sympos == 0 ||
	    sympos > UINT32_MAX)
		return -EBADMSG;
	f->name = strndup(folder, (size_t)(comma - folder));
	f->sympos = (unsigned)sympos;
	return f->name ? 0 : -ENOMEM;
}

/* Its file of this name. */
static int read_file(const char *sysfs, const char *patch, const char *object, const char *folder,
		     const char *file, char **ret)
{
	_cleanup_free_ char *attribute = NULL;

	if (asprintf(&attribute, KMEND_SYSFS_OBJECTS "/%s/%s/%s", object, folder, file) < 0)
		return -ENOMEM;
	return core_read_attribute(sysfs, patch, attribute, ret);
}

static int read_function(const char *sysfs, const char *patch, const char *object,
			 const char *folder, struct function *ret)
{
	_cleanup_free_ char *live = NULL, *calls = NULL;
	_cleanup_(function_done) struct function f = {};
	int r;

	r = parse_folder(folder, &f);
	if (r >= 0)
		r = read_file(sysfs, patch, object, folder, KMEND_SYSFS_LIVE, &live);
	if (r >= 0)
		r = read_file(sysfs, patch, object, folder, KMEND_SYSFS_CALLS, &calls);
	if (r >= 0)
		r = core_parse_number(calls, &f.calls);
	if (r >= 0)
		r = read_file(sysfs, patch, object, folder, KMEND_SYSFS_LAST_ERROR, &f.last_error);
	if (r < 0)
		return r;
	f.is_live = strcmp(live, "1") == 0;
	f.object = strdup(object);
	if (!f.object)
		return -ENOMEM;
	*ret = f;
	f = (struct function){};
	return 0;
}

static int add_function(const char *sysfs, const char *patch, const char *object,
			const char *folder, struct functions *functions)
{
	struct function *grown, f;
	int r;

	r = read_function(sysfs, patch, object, folder, &f);
	if (r < 0)
		return r;
	grown = reallocarray(functions->items, functions->n + 1, sizeof(*grown));
	if (!grown) {
		function_done(&f);
		return -ENOMEM;
	}
	functions->items = grown;
	grown[functions->n++] = f;
	return 0;
}

/* In the folder of the patch's objects, or in that of one of them. */
static int open_folder(const char *sysfs, const char *patch, const char *object, DIR **ret)
{
	_cleanup_free_ char *path = NULL, *below = NULL;

	if (asprintf(&below, KMEND_SYSFS_PATCHES "/%s/" KMEND_SYSFS_OBJECTS "/%s", patch, object) <
	    0)
		return -ENOMEM;
	path = core_path(sysfs, below);
	if (!path)
		return -ENOMEM;
	*ret = opendir(path);
	return *ret ? 0 : -errno;
}

static int add_object(const char *sysfs, const char *patch, const char *object,
		      struct functions *functions)
{
	_cleanup_(closedirp) DIR *folder = NULL;
	struct dirent *entry;
	int r;

	r = open_folder(sysfs, patch, object, &folder);
	while (r >= 0 && (entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			r = add_function(sysfs, patch, object, entry->d_name, functions);
	return r;
}

static int compare(const void *a, const void *b)
{
	const struct function *x = a, *y = b;
	int c = strcmp(x->object, y->object);

	if (c == 0)
		c = strcmp(x->name, y->name);
	return c ? c : (x->sympos > y->sympos) - (x->sympos < y->sympos);
}

int functions_read(const char *sysfs, const char *patch, struct functions *ret)
{
	_cleanup_(functions_done) struct functions functions = {};
	_cleanup_(closedirp) DIR *folder = NULL;
	enum core_state state;
	struct dirent *entry;
	int r;

	/* This also sees to it that the name is no path. */
	r = core_read_state(sysfs, patch, &state);
	if (r >= 0 && state == CORE_ABSENT)
		r = -ENOENT;
	if (r >= 0)
		r = open_folder(sysfs, patch, "", &folder);
	while (r >= 0 && (entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			r = add_object(sysfs, patch, entry->d_name, &functions);
	/* A file that was open when its patch went away reads as ENODEV. */
	if (r < 0)
		return r == -ENODEV ? -ENOENT : r;
	if (functions.n)
		qsort(functions.items, functions.n, sizeof(*functions.items), compare);
	*ret = functions;
	functions = (struct functions){};
	return 0;
}
