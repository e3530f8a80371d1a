// SPDX-License-Identifier: GPL-2.0
/* C files that kbuild compiles for another folder than their own. */
#include "makefile.h"

#include <ctype.h>
#include <dirent.h>
#include <fts.h>
#include <stdbool.h>
#include <string.h>

#include "../../lib/fileio.h"
#include "../../lib/strv.h"
#include "../base/files.h"

DEFINE_CLEANUP(DIR *, closedir)

/* "KVM ?= ../../../virt/kvm": *ret_value, where the line gives a variable a plain value. */
static bool is_definition(const char *line, size_t n, char **ret_reference, char **ret_value)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-";
	size_t length = strspn(line, plain), value, n_value;

	value = length + strspn(line + length, " \t:?");
	if (length == 0 || value >= n || line[value] != '=')
		return false;
	value++;
	value += strspn(line + value, " \t");
	n_value = strspn(line + value, plain);
	if (n_value == 0 || value + n_value != n)
		return false;
	return string_format(ret_reference, "$(%.*s)/", (int)length, line) >= 0 &&
	       string_format(ret_value, "%.*s/", (int)n_value, line + value) >= 0;
}

static int replace_all(char **text, const char *from, const char *to)
{
	char *at;

	while ((at = strstr(*text, from))) {
		char *replaced = NULL;
		int r = string_format(&replaced, "%.*s%s%s", (int)(at - *text), *text, to,
				      at + strlen(from));

		if (r < 0)
			return r;
		free(*text);
		*text = replaced;
	}
	return 0;
}

/* Variables with plain values, as far as they stand for folders. */
static int expand(const char *text, char **ret)
{
	_cleanup_free_ char *expanded = strdup(text);
	int r = expanded ? 0 : -ENOMEM;

	for (const char *line = text; r == 0 && *line;) {
		_cleanup_free_ char *reference = NULL, *value = NULL;
		size_t n = strcspn(line, "\n");

		if (is_definition(line, n, &reference, &value) && !strstr(value, reference))
			r = replace_all(&expanded, reference, value);
		line += n + (line[n] == '\n');
	}
	if (r == 0)
		*ret = TAKE_PTR(expanded);
	return r;
}

/* The part of a Makefile, as Makefile.kvm, in a folder that has no Makefile; -ENOENT. */
static int find_part(const char *source, const char *path, int n, char **ret)
{
	_cleanup_free_ char *folder = NULL, *text = NULL;
	_cleanup_(closedirp) DIR *dir = NULL;
	struct dirent *entry;
	int r;

	if (n == 0 || makefile_read(source, path, n, &text) != -ENOENT)
		return -ENOENT;
	r = string_format(&folder, "%s/%.*s", source, n, path);
	if (r < 0)
		return r;
	dir = opendir(folder);
	while (dir && (entry = readdir(dir)))
		if (strncmp(entry->d_name, "Makefile.", 9) == 0)
			return string_format(ret, "%.*s%s", n, path, entry->d_name);
	return -ENOENT;
}

/* The Makefile that includes a part, below the architecture's folder; -ENOENT. */
static int find_includer(const char *source, const char *part, char **ret_folder, char **ret_text)
{
	_cleanup_free_ char *root = NULL, *wanted = NULL;
	char *roots[] = {NULL, NULL};
	FTSENT *entry;
	FTS *fts;
	int r;

	r = string_format(&root, "%s/arch/x86", source);
	r = r ?: string_format(&wanted, "/%s", part);
	if (r < 0)
		return r;
	roots[0] = root;
	fts = fts_open(roots, FTS_PHYSICAL | FTS_NOSTAT | FTS_NOCHDIR, NULL);
	r = fts ? -ENOENT : -errno;
	while (r == -ENOENT && (entry = fts_read(fts))) {
		_cleanup_free_ char *text = NULL;
		const char *include;

		if (strcmp(entry->fts_name, "Makefile") != 0 &&
		    strcmp(entry->fts_name, "Kbuild") != 0)
			continue;
		r = file_read(entry->fts_path, MAKEFILE_MAX, &text, NULL);
		if (r < 0)
			break;
		r = -ENOENT;
		include = strstr(text, wanted);
		if (!include || !strstr(text, "include"))
			continue;
		r = string_format(
			ret_folder, "%.*s",
			(int)(entry->fts_pathlen - entry->fts_namelen - strlen(source) - 1),
			entry->fts_path + strlen(source) + 1);
		*ret_text = TAKE_PTR(text);
	}
	if (fts)
		fts_close(fts);
	return r;
}

/* A word that leads out of its folder and ends so. */
static char *find_outside(const char *text, const char *path)
{
	_cleanup_free_ char *end = NULL;
	size_t n = strlen(path);

	if (string_format(&end, "../%.*s.o", (int)n - 2, path) < 0)
		return NULL;
	for (const char *p = text; (p = strstr(p, end)); p++) {
		const char *start = p;

		while (start - 3 >= text && strncmp(start - 3, "../", 3) == 0)
			start -= 3;
		if (start == text || isspace((unsigned char)start[-1]) || start[-1] == '=')
			return strndup(start, p - start + strlen(end));
	}
	return NULL;
}

/* A part, as Makefile.kvm, that a Makefile of the architecture includes. */
static int find_by_part(const char *source, const char *path, char **ret_makefile,
			char **ret_object, char **ret_target)
{
	_cleanup_free_ char *part = NULL, *full = NULL, *text = NULL, *folder = NULL,
			    *includer = NULL, *both = NULL, *expanded = NULL, *object = NULL;
	const char *slash = strrchr(path, '/');
	int r;

	r = find_part(source, path, slash ? slash + 1 - path : 0, &part);
	r = r ?: string_format(&full, "%s/%s", source, part);
	r = r ?: file_read(full, MAKEFILE_MAX, &text, NULL);
	r = r ?: find_includer(source, part, &folder, &includer);
	r = r ?: string_format(&both, "%s\n%s", text, includer);
	r = r ?: expand(both, &expanded);
	if (r < 0)
		return r;
	object = find_outside(expanded, path);
	if (!object)
		return -ENOENT;
	r = string_format(ret_target, "%s%s", folder, object);
	if (r < 0)
		return r;
	*ret_makefile = TAKE_PTR(expanded);
	*ret_object = TAKE_PTR(object);
	return 0;
}

/* The length of the folder above, with its '/'; 0 for that of the whole source. */
static int length_above(const char *path, int n)
{
	do
		n--;
	while (n > 0 && path[n - 1] != '/');
	return n;
}

/* Whether the Makefile of a folder above names the folder of the first n characters of path. */
static int folder_is_listed(const char *source, const char *path, int n, bool *ret)
{
	int above = n;

	*ret = false;
	while (above > 0 && !*ret) {
		_cleanup_free_ char *text = NULL, *folder = NULL, *option = NULL;
		enum member member = MEMBER_NOT_LISTED;
		int r;

		above = length_above(path, above);
		r = makefile_read(source, path, above, &text);
		if (r == -ENOENT)
			continue;
		r = r ?: string_format(&folder, "%.*s", n - above, path + above);
		r = r ?: makefile_member(text, "", folder, &member, &option);
		if (r < 0)
			return r;
		*ret = member != MEMBER_NOT_LISTED;
	}
	return 0;
}

/*
 * The name of the object that a Makefile is there for, without ".o", where it includes Makefiles
 * from outside of its folder: "FULL_AMD_PATH = $(srctree)/$(src)/..", "obj-$(CONFIG_X) += amdgpu.o".
 */
static char *outward_object(const char *text)
{
	bool is_outward = false, is_including = false;
	char *object = NULL;

	for (const char *line = text; *line;) {
		size_t n = strcspn(line, "\n");
		const char *end = line + n;

		is_outward |= memchr(line, '=', n) && memmem(line, n, "$(src)/..", 9);
		is_including |= n > 10 && strncmp(line, "include $(", 10) == 0 &&
				strncmp(line, "include $(src)/", 15) != 0;
		if (strncmp(line, "obj-", 4) == 0 && n > 2 && strncmp(end - 2, ".o", 2) == 0) {
			const char *start = end;

			while (start > line && !isspace((unsigned char)start[-1]) &&
			       start[-1] != '=')
				start--;
			free(object);
			object = strndup(start, end - 2 - start);
		}
		line = end + (*end == '\n');
	}
	if (is_outward && is_including)
		return object;
	free(object);
	return NULL;
}

/*
 * A folder of that of the first n characters of path which has such a Makefile: its length with
 * its '/' is in the path that is returned; -ENOENT.
 */
static int find_outward(const char *source, const char *path, int n, char **ret_folder,
			char **ret_makefile, char **ret_name)
{
	_cleanup_free_ char *above = NULL;
	_cleanup_(closedirp) DIR *dir = NULL;
	struct dirent *entry;
	int r;

	r = string_format(&above, "%s/%.*s", source, n, path);
	if (r < 0)
		return r;
	dir = opendir(above);
	while (dir && (entry = readdir(dir))) {
		_cleanup_free_ char *folder = NULL, *text = NULL;

		if (*entry->d_name == '.' || entry->d_type != DT_DIR)
			continue;
		r = string_format(&folder, "%.*s%s/", n, path, entry->d_name);
		r = r ?: makefile_read(source, folder, strlen(folder), &text);
		if (r == -ENOENT)
			continue;
		if (r < 0)
			return r;
		*ret_name = outward_object(text);
		if (!*ret_name)
			continue;
		*ret_folder = TAKE_PTR(folder);
		*ret_makefile = TAKE_PTR(text);
		return 0;
	}
	return -ENOENT;
}

/* Where a Makefile names the object of a C file, whatever folder it puts before it; or NULL. */
static const char *find_named(const char *makefile, const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	size_t n = strlen(base) - 1;

	for (const char *p = makefile; (p = memmem(p, strlen(p), base, n)); p++)
		if (p > makefile && (p[-1] == '/' || isspace((unsigned char)p[-1])) &&
		    p[n] == 'o' && (!p[n + 1] || isspace((unsigned char)p[n + 1])))
			return p;
	return NULL;
}

/* The line that makes an object part of another, under the conditions that its own Makefile has. */
static int conditional_line(const char *own, const char *path, const char *name, const char *object,
			    char **ret)
{
	const char *place = find_named(own, path);
	_cleanup_strv_ char **options = NULL;
	_cleanup_free_ char *line = NULL;
	int r;

	r = place ? makefile_conditions(own, place, &options) : 0;
	r = r ?: string_format(&line, "%s-y += %s\n", name, object);
	for (char **option = options; r == 0 && option && *option; option++) {
		char *outer;

		r = string_format(&outer, "ifdef %s\n%sendif\n", *option, line);
		if (r == 0) {
			free(line);
			line = outer;
		}
	}
	if (r == 0)
		*ret = TAKE_PTR(line);
	return r;
}

/*
 * A folder that no other compiles, though it has a Makefile: one beside it, or beside one above,
 * includes that. drivers/gpu/drm/amd/display/dc/dc.c is amdgpu/../display/dc/dc.o. The Makefiles
 * between them put its name together in ways that only make can follow: whether it is compiled is
 * what the Makefile says which includes them.
 */
static int find_by_neighbour(const char *source, const char *path, char **ret_makefile,
			     char **ret_object, char **ret_target)
{
	_cleanup_free_ char *own = NULL, *folder = NULL, *text = NULL, *name = NULL, *object = NULL,
			    *line = NULL;
	int n = length_above(path, strlen(path)), above = n, r;
	bool is_listed = false;

	do
		r = n > 0 ? makefile_read(source, path, n, &own) : -ENOENT;
	while (r == -ENOENT && (n = length_above(path, n)) > 0);
	r = r ?: folder_is_listed(source, path, n, &is_listed);
	if (r < 0 || is_listed)
		return r < 0 ? r : -ENOENT;
	do {
		above = length_above(path, above);
		/* drivers/ and the like have folders of everything. */
		if (above <= 0 || !memchr(path, '/', above - 1))
			return -ENOENT;
		r = find_outward(source, path, above, &folder, &text, &name);
	} while (r == -ENOENT);
	if (r < 0)
		return r;
	if (strncmp(path, folder, strlen(folder)) == 0)
		return -ENOENT;
	r = string_format(&object, "../%.*s.o", (int)strlen(path) - above - 2, path + above);
	r = r ?: string_format(ret_target, "%s%s", folder, object);
	r = r ?: conditional_line(own, path, name, object, &line);
	r = r ?: string_format(ret_makefile, "%s\n%s", text, line);
	if (r == 0)
		*ret_object = TAKE_PTR(object);
	return r;
}

int makefile_elsewhere(const char *source, const char *path, char **ret_makefile, char **ret_object,
		       char **ret_target)
{
	int r;

	*ret_makefile = *ret_object = *ret_target = NULL;
	r = find_by_part(source, path, ret_makefile, ret_object, ret_target);
	if (r == -ENOENT)
		r = find_by_neighbour(source, path, ret_makefile, ret_object, ret_target);
	return r == -ENOENT ? 0 : r;
}
