/* SPDX-License-Identifier: GPL-2.0 */
/* GNU build-ids out of ELF notes, as the running kernel shows them in sysfs. */
#ifndef KMEND_LIB_BUILDID_H
#define KMEND_LIB_BUILDID_H

#include <stddef.h>

#include <kmend/patch.h>

/*
 * Find the GNU build-id in a buffer of ELF notes, and write it as lower-case hexadecimal.
 * Returns 0, -ENODATA (there is none), or -EBADMSG (malformed notes, or another length than 20).
 */
int build_id_from_notes(const void *notes, size_t size, char ret[KMEND_BUILD_ID_LEN]);

/* The running kernel's; sysfs is where sysfs is mounted. Returns 0 or a negative errno. */
int build_id_of_kernel(const char *sysfs, char ret[KMEND_BUILD_ID_LEN]);

/* A loaded module's; -ENOENT when it is not loaded. */
int build_id_of_module(const char *sysfs, const char *module, char ret[KMEND_BUILD_ID_LEN]);

#endif
