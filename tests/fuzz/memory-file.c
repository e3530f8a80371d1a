// SPDX-License-Identifier: GPL-2.0
#include "memory-file.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "target.h"

void memory_file_open(struct memory_file *file)
{
	file->fd = memfd_create("fuzz", MFD_CLOEXEC);
	fuzz_expect(file->fd >= 0, "memfd_create: %m");
	snprintf(file->path, sizeof(file->path), "/proc/self/fd/%d", file->fd);
}

void memory_file_set(const struct memory_file *file, const void *data, size_t size)
{
	fuzz_expect(ftruncate(file->fd, 0) == 0 && pwrite(file->fd, data, size, 0) == (ssize_t)size,
		    "a file in memory cannot be written: %m");
}
