/* SPDX-License-Identifier: GPL-2.0 */
/* A file in memory with a path, for what is read by path. */
#ifndef FUZZ_MEMORY_FILE_H
#define FUZZ_MEMORY_FILE_H

#include <stddef.h>

struct memory_file {
	int fd;
	char path[32];
};

void memory_file_open(struct memory_file *file);
void memory_file_set(const struct memory_file *file, const void *data, size_t size);

#endif
