// SPDX-License-Identifier: GPL-2.0
#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <string.h>

#include "differ.h"

static int no_debug_file(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr base,
			 const char *file, const char *link, GElf_Word crc, char **ret)
{
	return -1;
}

static const Dwfl_Callbacks callbacks = {
	.find_elf = dwfl_build_id_find_elf,
	.find_debuginfo = no_debug_file,
	.section_address = dwfl_offline_section_address,
};

DEFINE_CLEANUP(Dwfl *, dwfl_end)

/* Where dwfl has put a section of the object. */
static int section_address(Dwfl_Module *module, const char *section, GElf_Addr *ret)
{
	int n = dwfl_module_relocations(module);

	for (int i = 0; i < n; i++) {
		Elf_Scn *scn = NULL;
		GElf_Addr bias, address = 0;
		GElf_Word shndx;
		const char *name = dwfl_module_relocation_info(module, i, &shndx);
		Elf *elf = dwfl_module_getelf(module, &bias);
		GElf_Shdr shdr;

		if (!name || strcmp(name, section) != 0 || !elf)
			continue;
		scn = elf_getscn(elf, shndx);
		if (!scn || !gelf_getshdr(scn, &shdr))
			return -ENODATA;
		address = shdr.sh_addr + bias;
		*ret = address;
		return 0;
	}
	return -ENODATA;
}

int source_line(const char *path, const char *section, uint64_t offset, char **ret_file,
		unsigned *ret_line)
{
	_cleanup_(dwfl_endp) Dwfl *dwfl = dwfl_begin(&callbacks);
	Dwfl_Module *module;
	Dwfl_Line *line;
	GElf_Addr address;
	const char *file;
	int number;

	if (!dwfl)
		return -ENODATA;
	module = dwfl_report_offline(dwfl, "", path, -1);
	if (!module || dwfl_report_end(dwfl, NULL, NULL) != 0 ||
	    section_address(module, section, &address) < 0)
		return -ENODATA;
	line = dwfl_module_getsrc(module, address + offset);
	file = line ? dwfl_lineinfo(line, NULL, &number, NULL, NULL, NULL) : NULL;
	if (!file || number <= 0)
		return -ENODATA;
	*ret_file = strdup(file);
	if (!*ret_file)
		return -ENOMEM;
	*ret_line = number;
	return 0;
}
