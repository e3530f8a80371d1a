/* SPDX-License-Identifier: GPL-2.0 */
/* Whole files, read with a limit and written so that a crash leaves the old or the new one. */
#ifndef KMEND_LIB_FILEIO_H
#define KMEND_LIB_FILEIO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "cleanup.h"

/*
 * Read a regular file or a file of sysfs or procfs. One NUL byte, not counted in *ret_size,
 * follows the content. The caller frees *ret. ret_size may be NULL.
 * Returns 0, -EFBIG when it is larger than max bytes, or another negative errno.
 */
int file_read(const char *path, size_t max, char **ret, size_t *ret_size);

/* As file_read(), for a file of one short line; the newline at its end is removed. */
int file_read_line(const char *path, char **ret);

/*
 * Replace path by a file of this content: written to a temporary name beside it, synced, renamed,
 * and the folder synced. On failure the old file is untouched and nothing is left behind.
 */
int file_write_atomic(const char *path, const void *data, size_t size, mode_t mode);

/* Append to a file, made when missing, and sync it. */
int file_append_sync(const char *path, const void *data, size_t size, mode_t mode);

/* Write in one write() to a file that exists, as sysfs wants it. */
int file_write_once(const char *path, const char *text);

/* Remove a file and sync its folder; that it is not there is no error. */
int file_remove_sync(const char *path);

/* Sync the folder that path lies in, so that a rename or removal there survives a power cut. */
int folder_sync(const char *path);

/* Make a folder and its parents. */
int folder_make(const char *path, mode_t mode);

/* A newly allocated "FOLDER/NAME"; NULL when out of memory. */
char *path_join(const char *folder, const char *name);

#endif
