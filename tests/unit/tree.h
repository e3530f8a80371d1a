/* SPDX-License-Identifier: GPL-2.0 */
/* A temporary folder with files, as a fake sysfs, catalog or state folder. */
#ifndef KMEND_TEST_TREE_H
#define KMEND_TEST_TREE_H

#include "lib/cleanup.h"

/* A new empty folder; tree_remove() deletes and frees it. */
char *tree_new(void);
void tree_remove(char *root);

/* Write a file, with the folders above it. */
void tree_write(const char *root, const char *path, const char *text);
void tree_write_bytes(const char *root, const char *path, const void *data, size_t size);

/* "ROOT/PATH", for the caller to free. */
char *tree_path(const char *root, const char *path);

/* Every file below root with its content, sorted, as one text: to compare before and after. */
char *tree_snapshot(const char *root);

/* A fake sysfs in which the core is loaded, and a kernel with this build-id of 40 digits. */
void tree_add_core(const char *root, const char *build_id);

/* A registered patch in it. */
void tree_add_patch(const char *root, const char *name, const char *version, const char *state);

#endif
