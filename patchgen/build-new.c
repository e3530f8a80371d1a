// SPDX-License-Identifier: GPL-2.0
/* C files that a patch adds (newfile.h), in a build. */
#include "build-new.h"

#include <string.h>

#include "../lib/fileio.h"
#include "../lib/strv.h"
#include "build.h"
#include "base/files.h"
#include "source/makefile.h"
#include "compile/newfile.h"

#define FILE_MAX (16UL * 1024 * 1024)

static int read_in(const char *root, const char *path, char **ret)
{
	_cleanup_free_ char *full = NULL;
	int r;

	r = string_format(&full, "%s/%s", root, path);
	return r ?: file_read(full, FILE_MAX, ret, NULL);
}

int build_check_makefiles(struct build *build)
{
	int result = 0;

	for (char **path = build->affected.makefiles; path && *path; path++) {
		const struct diag_where where = {.file = *path};
		_cleanup_free_ char *old = NULL, *new = NULL;
		int r;

		r = read_in(build->kernel->source, *path, &old);
		r = r ?: read_in(build->overlay, *path, &new);
		r = r ?: newfile_explains(old, new, build->affected.added);
		if (r < 0)
			return r;
		if (r == 0)
			result = diag_add(&build->diags, KM305, DIAG_REFUSAL, -EINVAL, &where,
					  "changes more than the objects of files that are new");
	}
	return result;
}

/* The folder's Makefile, as it was or as the patch makes it. */
static int folder_makefile(const struct build *build, const char *root, const char *source,
			   char **ret)
{
	const char *base = strrchr(source, '/') ? strrchr(source, '/') + 1 : source;

	for (char **path = build->affected.makefiles; path && *path; path++) {
		const char *name = strrchr(*path, '/') ? strrchr(*path, '/') + 1 : *path;

		if (name - *path == base - source && strncmp(*path, source, base - source) == 0)
			return read_in(root, *path, ret);
	}
	return -ENOENT;
}

static char *object_name(const char *source)
{
	const char *base = strrchr(source, '/') ? strrchr(source, '/') + 1 : source;
	char *name = strdup(base);

	if (name)
		name[strlen(name) - 1] = 'o';
	return name;
}

static bool same_folder(const char *a, const char *b)
{
	const char *slash_a = strrchr(a, '/'), *slash_b = strrchr(b, '/');

	return slash_a && slash_b && slash_a - a == slash_b - b && strncmp(a, b, slash_a - a) == 0;
}

static int find_neighbour(struct build *build, const char *source, const char *makefile,
			  const struct compiled **ret)
{
	_cleanup_free_ char *config = NULL, *object = object_name(source);
	int r = object ? 0 : -ENOMEM;

	r = r ?: read_in(build->kernel->headers, ".config", &config);
	for (size_t i = 0; r == 0 && i < build->n_objects; i++) {
		const struct compiled *original = &build->objects[i].original;
		_cleanup_free_ char *other = object_name(original->source);

		if (!other)
			return -ENOMEM;
		if (build->objects[i].is_new || !same_folder(original->source, source))
			continue;
		r = newfile_same_owner(makefile, config, object, other);
		if (r > 0) {
			*ret = original;
			return 0;
		}
	}
	return r;
}

static int check_configured(struct build *build, const char *source, const char *makefile)
{
	_cleanup_free_ char *config = NULL, *object = object_name(source), *option = NULL;
	const struct diag_where where = {.file = source};
	enum member member;
	int r = object ? 0 : -ENOMEM;

	r = r ?: read_in(build->kernel->headers, ".config", &config);
	r = r ?: makefile_member(makefile, config, object, &member, &option);
	if (r < 0 || member == MEMBER_YES)
		return r;
	if (member == MEMBER_NOT_CONFIGURED)
		return diag_add(&build->diags, KM304, DIAG_REFUSAL, -EINVAL, &where,
				"not compiled into %s: %s is off", build->kernel->release, option);
	return diag_add(&build->diags, KM305, DIAG_REFUSAL, -EINVAL, &where,
			"a new file that its folder's Makefile does not name");
}

int build_compile_new(struct build *build, const char *source, struct compiled *ret)
{
	static const char hint[] =
		"its code can only come along with that of a file that is there: "
		"change one, or put the new code into it";
	const struct diag_where where = {.file = source};
	const struct compiled *neighbour = NULL;
	_cleanup_free_ char *makefile = NULL;
	int r;

	r = folder_makefile(build, build->overlay, source, &makefile);
	r = r ?: check_configured(build, source, makefile);
	r = r ?: find_neighbour(build, source, makefile, &neighbour);
	if (r < 0)
		return r;
	if (!neighbour)
		return diag_add_hint(&build->diags, KM305, DIAG_REFUSAL, -EINVAL, &where, hint,
				     "a new file, of a module or folder in which the patch changes "
				     "no other");
	return newfile_compile(build->tree, neighbour, source, &build->diags, ret);
}

int build_check_used(struct build *build)
{
	int result = 0;

	for (size_t i = 0; i < build->n_objects; i++) {
		const struct build_object *object = &build->objects[i];
		const struct diag_where where = {.file = object->original.source};
		int r = !object->is_new || object->diff.has_callbacks;

		for (size_t k = 0; r == 0 && k < build->n_objects; k++)
			if (k != i)
				r = newfile_is_used_by(object->patched, build->objects[k].patched,
						       &build->diags);
		if (r < 0)
			return r;
		if (r == 0)
			result = diag_add(&build->diags, KM305, DIAG_REFUSAL, -EINVAL, &where,
					  "a new file that nothing else of the patch refers to");
	}
	return result;
}
