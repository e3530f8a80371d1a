// SPDX-License-Identifier: GPL-2.0
#include "buildid.h"

#include <elf.h>
#include <stdint.h>
#include <string.h>

#include "fileio.h"

#define BUILD_ID_BYTES ((KMEND_BUILD_ID_LEN - 1) / 2)
#define NOTES_MAX      65536

static uint64_t align4(uint64_t n)
{
	return (n + 3) & ~3ULL;
}

static int to_hex(const unsigned char *id, size_t size, char ret[KMEND_BUILD_ID_LEN])
{
	if (size != BUILD_ID_BYTES)
		return -EBADMSG;
	for (size_t i = 0; i < size; i++)
		snprintf(ret + i * 2, 3, "%02x", id[i]);
	return 0;
}

int build_id_from_notes(const void *notes, size_t size, char ret[KMEND_BUILD_ID_LEN])
{
	const unsigned char *p = notes;
	uint64_t at = 0;

	while (size - at >= sizeof(Elf64_Nhdr)) {
		uint64_t name, desc;
		Elf64_Nhdr note;

		memcpy(&note, p + at, sizeof(note));
		name = at + sizeof(note);
		desc = name + align4(note.n_namesz);
		if (desc + note.n_descsz > size)
			return -EBADMSG;
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof(ELF_NOTE_GNU) &&
		    memcmp(p + name, ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU)) == 0)
			return to_hex(p + desc, note.n_descsz, ret);
		at = desc + align4(note.n_descsz);
		if (at > size)
			break;
	}
	return -ENODATA;
}

static int from_file(const char *path, char ret[KMEND_BUILD_ID_LEN])
{
	_cleanup_free_ char *notes = NULL;
	size_t size;
	int r;

	r = file_read(path, NOTES_MAX, &notes, &size);
	return r < 0 ? r : build_id_from_notes(notes, size, ret);
}

int build_id_of_kernel(const char *sysfs, char ret[KMEND_BUILD_ID_LEN])
{
	_cleanup_free_ char *path = path_join(sysfs, "kernel/notes");

	return path ? from_file(path, ret) : -ENOMEM;
}

int build_id_of_module(const char *sysfs, const char *module, char ret[KMEND_BUILD_ID_LEN])
{
	_cleanup_free_ char *path = NULL;

	if (asprintf(&path, "%s/module/%s/notes/.note.gnu.build-id", sysfs, module) < 0)
		return -ENOMEM;
	return from_file(path, ret);
}
