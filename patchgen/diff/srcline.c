// SPDX-License-Identifier: GPL-2.0
#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <string.h>

#include "../base/files.h"
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

/* Debug information of an object, kept open. */
struct srcline {
	Dwfl *dwfl;
	Dwfl_Module *module;
};

static int srcline_open(const char *path, struct srcline **ret)
{
	struct srcline *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->dwfl = dwfl_begin(&callbacks);
	s->module = s->dwfl ? dwfl_report_offline(s->dwfl, "", path, -1) : NULL;
	if (!s->module || dwfl_report_end(s->dwfl, NULL, NULL) != 0) {
		srcline_free(s);
		return -ENODATA;
	}
	*ret = s;
	return 0;
}

void srcline_free(struct srcline *s)
{
	if (s->dwfl)
		dwfl_end(s->dwfl);
	free(s);
}

/* Where dwfl has put a section of the object. */
static int section_address(const struct srcline *s, const char *section, GElf_Addr *ret)
{
	int n = dwfl_module_relocations(s->module);

	for (int i = 0; i < n; i++) {
		GElf_Word shndx;
		GElf_Addr bias;
		GElf_Shdr shdr;
		const char *name = dwfl_module_relocation_info(s->module, i, &shndx);
		Elf *elf = dwfl_module_getelf(s->module, &bias);
		Elf_Scn *scn;

		if (!name || strcmp(name, section) != 0 || !elf)
			continue;
		scn = elf_getscn(elf, shndx);
		if (!scn || !gelf_getshdr(scn, &shdr))
			return -ENODATA;
		*ret = shdr.sh_addr + bias;
		return 0;
	}
	return -ENODATA;
}

static int open_lines(struct object *object)
{
	if (!object->has_no_lines && !object->lines)
		object->has_no_lines = srcline_open(object->path, &object->lines) < 0;
	return object->has_no_lines ? -ENODATA : 0;
}

int object_dwarf(struct object *object, Dwarf **ret)
{
	Dwarf_Addr bias;

	if (open_lines(object) < 0)
		return -ENODATA;
	*ret = dwfl_module_getdwarf(object->lines->module, &bias);
	return *ret ? 0 : -ENODATA;
}

int source_line(struct object *object, const char *section, uint64_t offset, char **ret_file,
		unsigned *ret_line)
{
	Dwfl_Line *line;
	GElf_Addr address;
	const char *file;
	int number;

	if (open_lines(object) < 0 || section_address(object->lines, section, &address) < 0)
		return -ENODATA;
	line = dwfl_module_getsrc(object->lines->module, address + offset);
	file = line ? dwfl_lineinfo(line, NULL, &number, NULL, NULL, NULL) : NULL;
	if (!file || number <= 0)
		return -ENODATA;
	*ret_file = strdup(file);
	if (!*ret_file)
		return -ENOMEM;
	text_collapse_paths(*ret_file);
	*ret_line = number;
	return 0;
}

static int declaration(Dwarf_Die *die, char **ret_file, unsigned *ret_line)
{
	const char *file = dwarf_decl_file(die);
	int line;

	if (!file || dwarf_decl_line(die, &line) != 0 || line <= 0)
		return -ENODATA;
	*ret_file = strdup(file);
	if (!*ret_file)
		return -ENOMEM;
	text_collapse_paths(*ret_file);
	*ret_line = line;
	return 0;
}

static int find_variable(struct object *object, const char *name, Dwarf_Die *ret)
{
	Dwarf_Die unit, die;
	Dwarf_CU *cu = NULL;
	Dwarf *dwarf;

	if (object_dwarf(object, &dwarf) < 0)
		return -ENODATA;
	while (dwarf_get_units(dwarf, cu, &cu, NULL, NULL, &unit, NULL) == 0) {
		if (dwarf_child(&unit, &die) != 0)
			continue;
		do {
			const char *own = dwarf_diename(&die);

			/* Where only declared here, its type is told by another entry. */
			if (dwarf_tag(&die) != DW_TAG_variable || !own || strcmp(own, name) != 0 ||
			    dwarf_hasattr(&die, DW_AT_declaration))
				continue;
			*ret = die;
			return 0;
		} while (dwarf_siblingof(&die, &die) == 0);
	}
	return -ENODATA;
}

int variable_line(struct object *object, const char *name, char **ret_file, unsigned *ret_line)
{
	Dwarf_Die die;

	if (find_variable(object, name, &die) < 0)
		return -ENODATA;
	return declaration(&die, ret_file, ret_line);
}

static bool type_of(Dwarf_Die *die, Dwarf_Die *ret)
{
	Dwarf_Attribute attribute;

	return dwarf_attr_integrate(die, DW_AT_type, &attribute) &&
	       dwarf_formref_die(&attribute, ret) && dwarf_peel_type(ret, ret) == 0;
}

/* The member that covers an offset, which is then told from its start. */
static bool member_at(Dwarf_Die *structure, uint64_t *offset, Dwarf_Die *ret)
{
	Dwarf_Die member;

	if (dwarf_child(structure, &member) != 0)
		return false;
	do {
		Dwarf_Word start = 0, size = 0;
		Dwarf_Attribute attribute;
		Dwarf_Die type;

		if (dwarf_tag(&member) != DW_TAG_member || !type_of(&member, &type) ||
		    dwarf_aggregate_size(&type, &size) != 0)
			continue;
		if (dwarf_attr(&member, DW_AT_data_member_location, &attribute))
			dwarf_formudata(&attribute, &start);
		if (*offset < start || *offset - start >= size)
			continue;
		*offset -= start;
		*ret = member;
		return true;
	} while (dwarf_siblingof(&member, &member) == 0);
	return false;
}

/* More levels tell a person nothing. */
#define MEMBER_DEPTH 4

int variable_member(struct object *object, const char *name, uint64_t offset, char **ret)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	Dwarf_Die die, type, element;
	FILE *f;

	if (find_variable(object, name, &die) < 0 || !type_of(&die, &type))
		return -ENODATA;
	f = open_memstream(&text, &size);
	if (!f)
		return -ENOMEM;
	fputs(name, f);
	for (unsigned depth = 0; depth < MEMBER_DEPTH; depth++) {
		int tag = dwarf_tag(&type);
		Dwarf_Word each;

		if (tag == DW_TAG_array_type && type_of(&type, &element) &&
		    dwarf_aggregate_size(&element, &each) == 0 && each > 0) {
			fprintf(f, "[%llu]", (unsigned long long)(offset / each));
			offset %= each;
			type = element;
			continue;
		}
		if ((tag != DW_TAG_structure_type && tag != DW_TAG_union_type) ||
		    !member_at(&type, &offset, &die) || !type_of(&die, &type))
			break;
		if (dwarf_diename(&die))
			fprintf(f, ".%s", dwarf_diename(&die));
	}
	if (fclose(f) != 0)
		return -ENOMEM;
	*ret = TAKE_PTR(text);
	return 0;
}
