/* SPDX-License-Identifier: GPL-2.0 */
/* Paths and whole folders, beyond lib/fileio.h. Functions return 0 or a negative errno; strings are the caller's. */
#ifndef PATCHGEN_FILES_H
#define PATCHGEN_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "../../lib/cleanup.h"

int string_format(char **ret, const char *format, ...) _printf_(2, 3);

bool path_exists(const char *path);

/* Relative, without "." and ".." components, and not empty: cannot lead out of a folder. */
bool path_is_inside(const char *path);

/* Takes "name/../" out of paths wherever in a text they are: "a/b/../c.h" is "a/c.h". */
void text_collapse_paths(char *text);

/* Of characters that make and a shell command line take as they are. */
bool path_is_plain(const char *path);

int make_parent_folders(const char *path, mode_t mode);
int remove_tree(const char *path);

int copy_file(const char *from, const char *to);

/* Regular files, folders and links; to must not exist. */
int copy_tree(const char *from, const char *to);

/* Bytes of the files in a folder itself; 0 when it cannot be read. */
uint64_t folder_size(const char *path);

/* Path of the one file in a folder whose name ends so. -ENOENT: none, -EEXIST: several. */
int folder_only_file(const char *path, const char *suffix, char **ret);

/* For _cleanup_: removes the folder with all that is in it. */
void remove_treep(char **path);
#define _cleanup_tree_ _cleanup_(remove_treep)

#endif
