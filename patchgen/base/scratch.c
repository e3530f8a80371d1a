// SPDX-License-Identifier: GPL-2.0
#include "scratch.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "files.h"

#define RANDOM "XXXXXX"

DEFINE_CLEANUP(DIR *, closedir)

static int open_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Is this still the folder that was opened? */
static bool is_at(const char *path, int fd)
{
	struct stat by_path, opened;

	return fstat(fd, &opened) == 0 && lstat(path, &by_path) == 0 &&
	       opened.st_dev == by_path.st_dev && opened.st_ino == by_path.st_ino;
}

int scratch_make(const char *parent, const char *prefix, struct scratch *ret)
{
	/* Between its birth and the lock another build may take it for one that is left over. */
	for (;;) {
		_cleanup_free_ char *path = NULL;
		_cleanup_close_ int fd = -1;
		int r;

		r = string_format(&path, "%s/%s" RANDOM, parent, prefix);
		if (r < 0)
			return r;
		if (!mkdtemp(path))
			return -errno;
		fd = open_folder(path);
		if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && is_at(path, fd)) {
			*ret = (struct scratch){.path = TAKE_PTR(path), .fd = TAKE_FD(fd)};
			return 0;
		}
		if (fd < 0 && fd != -ENOENT) {
			r = fd;
			rmdir(path);
			return r;
		}
	}
}

void scratch_done(struct scratch *scratch, bool keep)
{
	if (scratch->path && !keep && is_at(scratch->path, scratch->fd))
		remove_tree(scratch->path);
	free(scratch->path);
	if (scratch->fd >= 0)
		close(scratch->fd);
	*scratch = (struct scratch){.fd = -1};
}

static bool is_scratch(const char *name, const char *prefix)
{
	size_t n = strlen(prefix);

	return strlen(name) == n + strlen(RANDOM) && strncmp(name, prefix, n) == 0;
}

static void clean_one(const char *path)
{
	_cleanup_close_ int fd = open_folder(path);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_uid != geteuid())
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && is_at(path, fd))
		remove_tree(path);
}

void scratch_clean(const char *parent, const char *prefix)
{
	_cleanup_(closedirp) DIR *dir = opendir(parent);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		_cleanup_free_ char *path = NULL;

		if (is_scratch(entry->d_name, prefix) &&
		    string_format(&path, "%s/%s", parent, entry->d_name) == 0)
			clean_one(path);
	}
}
