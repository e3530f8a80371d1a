// SPDX-License-Identifier: GPL-2.0
#include "files.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <string.h>
#include <sys/sendfile.h>

#include "../../lib/fileio.h"

DEFINE_CLEANUP(DIR *, closedir)

int string_format(char **ret, const char *format, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, format);
	n = vasprintf(&s, format, ap);
	va_end(ap);
	if (n < 0)
		return -ENOMEM;
	*ret = s;
	return 0;
}

bool path_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

bool path_is_inside(const char *path)
{
	if (!*path || *path == '/')
		return false;
	while (*path) {
		size_t n = strcspn(path, "/");

		if (n == 0 || (n == 1 && path[0] == '.') || (n == 2 && memcmp(path, "..", 2) == 0))
			return false;
		path += n;
		if (*path == '/' && *++path == '\0')
			return false;
	}
	return true;
}

void text_collapse_paths(char *text)
{
	static const char up[] = "/../";
	char *from = text, *found;

	while ((found = strstr(from, up))) {
		char *name = found, *rest = found + strlen(up);

		while (name > text && name[-1] != '/' && (unsigned char)name[-1] > ' ')
			name--;
		from = found + 1;
		if (name == found || *name == '.')
			continue;
		memmove(name, rest, strlen(rest) + 1);
		/* "a/b/../../c": what is before it can go now. */
		from = name > text ? name - 1 : text;
	}
}

bool path_is_plain(const char *path)
{
	return strspn(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			    "/._+-,@~") == strlen(path);
}

int make_parent_folders(const char *path, mode_t mode)
{
	const char *slash = strrchr(path, '/');
	_cleanup_free_ char *parent = NULL;

	if (!slash || slash == path)
		return 0;
	parent = strndup(path, slash - path);
	return parent ? folder_make(parent, mode) : -ENOMEM;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	/* A folder of a package may be read-only even for its owner. */
	if (type == FTW_DNR && chmod(path, 0700) < 0)
		return -1;
	return remove(path) < 0 && errno != ENOENT ? -1 : 0;
}

int remove_tree(const char *path)
{
	if (nftw(path, remove_one, 32, FTW_DEPTH | FTW_PHYS) < 0)
		return errno == ENOENT ? 0 : -errno;
	return 0;
}

void remove_treep(char **path)
{
	if (!*path)
		return;
	remove_tree(*path);
	free(*path);
}

int copy_file(const char *from, const char *to)
{
	_cleanup_close_ int in = open(from, O_RDONLY | O_CLOEXEC), out = -1;
	struct stat st;

	if (in < 0 || fstat(in, &st) < 0)
		return -errno;
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, (st.st_mode & 0777) | 0200);
	if (out < 0)
		return -errno;
	for (off_t left = st.st_size; left > 0;) {
		ssize_t n = sendfile(out, in, NULL, left);

		if (n < 0)
			return -errno;
		if (n == 0)
			return -EIO;
		left -= n;
	}
	return 0;
}

static int copy_link(const char *from, const char *to)
{
	char target[4096];
	ssize_t n = readlink(from, target, sizeof(target) - 1);

	if (n < 0)
		return -errno;
	target[n] = '\0';
	return symlink(target, to) < 0 ? -errno : 0;
}

static int copy_entry(const char *from, const char *to)
{
	struct stat st;

	if (lstat(from, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return copy_tree(from, to);
	if (S_ISLNK(st.st_mode))
		return copy_link(from, to);
	return S_ISREG(st.st_mode) ? copy_file(from, to) : -EINVAL;
}

int copy_tree(const char *from, const char *to)
{
	_cleanup_(closedirp) DIR *dir = opendir(from);
	struct dirent *entry;

	if (!dir)
		return -errno;
	if (mkdir(to, 0755) < 0)
		return -errno;
	while ((errno = 0, entry = readdir(dir))) {
		_cleanup_free_ char *source = NULL, *target = NULL;
		int r;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		r = string_format(&source, "%s/%s", from, entry->d_name);
		if (r == 0)
			r = string_format(&target, "%s/%s", to, entry->d_name);
		if (r == 0)
			r = copy_entry(source, target);
		if (r < 0)
			return r;
	}
	return -errno;
}

uint64_t folder_size(const char *path)
{
	_cleanup_(closedirp) DIR *folder = opendir(path);
	uint64_t size = 0;
	struct dirent *entry;
	struct stat st;

	while (folder && (entry = readdir(folder)))
		if (fstatat(dirfd(folder), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode))
			size += st.st_size;
	return size;
}

int folder_only_file(const char *path, const char *suffix, char **ret)
{
	_cleanup_(closedirp) DIR *folder = opendir(path);
	_cleanup_free_ char *found = NULL;
	struct dirent *entry;

	if (!folder)
		return -errno;
	while ((entry = readdir(folder))) {
		size_t n = strlen(entry->d_name), tail = strlen(suffix);

		if (n <= tail || strcmp(entry->d_name + n - tail, suffix) != 0)
			continue;
		if (found)
			return -EEXIST;
		found = path_join(path, entry->d_name);
		if (!found)
			return -ENOMEM;
	}
	if (!found)
		return -ENOENT;
	*ret = TAKE_PTR(found);
	return 0;
}
