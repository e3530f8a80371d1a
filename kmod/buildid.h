/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KMEND_BUILDID_H
#define KMEND_BUILDID_H

#include <linux/types.h>

/*
 * Write the build-id in the ELF notes [start, stop) to ret as lower-case hexadecimal, terminated.
 * Returns 0, or -ENOENT when there is none or it does not fit into ret_size bytes.
 */
int buildid_from_notes(const void *start, const void *stop, char *ret, size_t ret_size);

#endif
