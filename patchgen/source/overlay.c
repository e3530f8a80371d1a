// SPDX-License-Identifier: GPL-2.0
#include "overlay.h"

#include <dirent.h>
#include <string.h>

#include "../../lib/fileio.h"
#include "../base/files.h"

DEFINE_CLEANUP(DIR *, closedir)

static int link_entries(const char *from, const char *to)
{
	_cleanup_(closedirp) DIR *dir = opendir(from);
	struct dirent *entry;

	if (!dir)
		return -errno;
	while ((errno = 0, entry = readdir(dir))) {
		_cleanup_free_ char *target = NULL, *name = NULL;
		int r;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		r = string_format(&target, "%s/%s", from, entry->d_name);
		r = r ?: string_format(&name, "%s/%s", to, entry->d_name);
		if (r < 0)
			return r;
		if (symlink(target, name) < 0)
			return -errno;
	}
	return -errno;
}

static int make_real(const char *source, const char *root, const char *path)
{
	_cleanup_free_ char *from = NULL, *to = NULL;
	const char *slash = *path ? "/" : "";
	struct stat st;
	int r;

	r = string_format(&from, "%s%s%s", source, slash, path);
	r = r ?: string_format(&to, "%s%s%s", root, slash, path);
	if (r < 0)
		return r;
	if (lstat(to, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			return 0;
		if (unlink(to) < 0)
			return -errno;
	}
	if (mkdir(to, 0755) < 0)
		return -errno;
	return link_entries(from, to);
}

int overlay_add_folder(const char *source, const char *root, const char *path)
{
	_cleanup_free_ char *copy = strdup(path);
	int r;

	if (!copy)
		return -ENOMEM;
	r = make_real(source, root, "");
	for (char *p = copy; r == 0 && (p = strchr(p, '/')); p++) {
		*p = '\0';
		r = make_real(source, root, copy);
		*p = '/';
	}
	if (r == 0 && *path)
		r = make_real(source, root, path);
	return r;
}

int overlay_replace(const char *source, const char *root, const char *path, const void *data,
		    size_t size)
{
	_cleanup_free_ char *folder = NULL, *file = NULL;
	const char *slash = strrchr(path, '/');
	int r;

	folder = strndup(path, slash ? slash - path : 0);
	if (!folder)
		return -ENOMEM;
	r = overlay_add_folder(source, root, folder);
	r = r ?: string_format(&file, "%s/%s", root, path);
	if (r < 0)
		return r;
	/* A rename replaces the link itself, not the file it points to. */
	return file_write_atomic(file, data, size, 0644);
}
