/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KMEND_BUILDID_H
#define KMEND_BUILDID_H

#include <linux/types.h>

#include <kmend/patch.h>

struct module;

/*
 * Write the build-id in the ELF notes [start, stop) to ret as lower-case hexadecimal, terminated.
 * Returns 0, or -ENOENT when there is none or it does not fit into ret_size bytes.
 */
int buildid_from_notes(const void *start, const void *stop, char *ret, size_t ret_size);

/*
 * Whether a module has a build-id (lower-case hexadecimal). Where not, ret is the one that it has,
 * or "none". The module must not go meanwhile.
 */
bool buildid_is_of_module(const struct module *module, const char *build_id,
			  char ret[KMEND_BUILD_ID_LEN]);

#endif
