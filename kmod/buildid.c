// SPDX-License-Identifier: GPL-2.0
#include "buildid.h"

#include <linux/elf.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "compat.h"

#ifndef NT_GNU_BUILD_ID
#define NT_GNU_BUILD_ID 3
#endif

static bool is_build_id(const struct elf32_note *note, const char *name)
{
	return note->n_type == NT_GNU_BUILD_ID && note->n_namesz == sizeof("GNU") &&
	       memcmp(name, "GNU", sizeof("GNU")) == 0;
}

int buildid_from_notes(const void *start, const void *stop, char *ret, size_t ret_size)
{
	const char *p = start, *end = stop;

	while (end - p >= (ptrdiff_t)sizeof(struct elf32_note)) {
		const struct elf32_note *note = (const void *)p;
		size_t left = end - p - sizeof(*note);
		size_t name_size = round_up((size_t)note->n_namesz, 4);
		size_t desc_size = round_up((size_t)note->n_descsz, 4);
		const char *name = p + sizeof(*note);

		if (name_size > left || desc_size > left - name_size)
			return -ENOENT;
		if (is_build_id(note, name) && note->n_descsz * 2UL < ret_size) {
			*bin2hex(ret, name + name_size, note->n_descsz) = '\0';
			return 0;
		}
		p = name + name_size + desc_size;
	}
	return -ENOENT;
}

/*
 * Before its init runs, nothing but the code that reads a stack trace's build-ids, which few
 * kernels have, remembers where a module's notes are. They are in its read-only data, though, and
 * their head is like nothing else. A module that holds another file's build-id, too, has both.
 */
bool buildid_is_of_module(const struct module *module, const char *build_id,
			  char ret[KMEND_BUILD_ID_LEN])
{
	const char *start = module_rodata_start(module), *end = start + module_rodata_size(module);
	char found[KMEND_BUILD_ID_LEN];
	const char *p;

	strscpy(ret, "none", KMEND_BUILD_ID_LEN);
	for (p = start; end - p >= (ptrdiff_t)sizeof(struct elf32_note); p += 4) {
		const struct elf32_note *note = (const void *)p;

		if (note->n_type != NT_GNU_BUILD_ID || note->n_namesz != sizeof("GNU") ||
		    buildid_from_notes(p, end, found, sizeof(found)))
			continue;
		if (strcmp(ret, "none") == 0)
			strscpy(ret, found, KMEND_BUILD_ID_LEN);
		if (strcmp(found, build_id) == 0)
			return true;
	}
	return false;
}
