// SPDX-License-Identifier: GPL-2.0
#include "klp.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/cleanup.h"

/* One section on its way into the new file. */
struct section {
	GElf_Shdr shdr;
	const char *name; /* in the old file, or owned */
	char *owned_name;
	void *data; /* owned copy; NULL for SHT_NOBITS and empty ones */
	size_t size;
	GElf_Rela *klp; /* relocations of this SHT_RELA section that have to move */
	size_t n_klp;
};

struct module {
	const char *path;
	struct diag_list *diags;
	GElf_Ehdr ehdr;
	struct section *sections; /* n_old from the file, then the new ones */
	size_t n_old, n;
	size_t symtab, shstrtab;
	bool *is_klp, *is_resolved; /* by symbol index; the latter: has a relocation that moved */
	size_t n_symbols;
};

static int refuse(const struct module *m, const char *symbol, const char *section, const char *what)
{
	struct diag_where where = {.symbol = symbol, .section = section, .file = m->path};

	return diag_add(m->diags, KM315, DIAG_ERROR, -ENOEXEC, &where, "%s", what);
}

static void module_done(struct module *m)
{
	for (size_t i = 0; i < m->n; i++) {
		free(m->sections[i].owned_name);
		free(m->sections[i].data);
		free(m->sections[i].klp);
	}
	free(m->sections);
	free(m->is_klp);
	free(m->is_resolved);
}

static void elf_endp(Elf **elf)
{
	if (*elf)
		elf_end(*elf);
}

static int read_section(struct module *m, Elf *elf, size_t index)
{
	struct section *s = &m->sections[index];
	Elf_Scn *scn = elf_getscn(elf, index);
	Elf_Data *data;

	if (!scn || !gelf_getshdr(scn, &s->shdr))
		return refuse(m, NULL, NULL, "a section header cannot be read");
	s->name = elf_strptr(elf, m->shstrtab, s->shdr.sh_name);
	if (!s->name)
		return refuse(m, NULL, NULL, "a section has no name");
	s->size = s->shdr.sh_size;
	if (s->shdr.sh_type == SHT_NOBITS || s->size == 0)
		return 0;
	/* Sections keep the bytes of the file: only those of relocations and symbols are touched. */
	data = elf_rawdata(scn, NULL);
	if (!data || !data->d_buf || data->d_size != s->size)
		return refuse(m, NULL, s->name, "the section's content is not all in the file");
	s->data = malloc(s->size);
	if (!s->data)
		return -ENOMEM;
	memcpy(s->data, data->d_buf, s->size);
	return 0;
}

static int read_sections(struct module *m, Elf *elf)
{
	if (elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &m->ehdr) ||
	    m->ehdr.e_type != ET_REL || m->ehdr.e_ident[EI_CLASS] != ELFCLASS64 ||
	    m->ehdr.e_ident[EI_DATA] != ELFDATA2LSB)
		return refuse(m, NULL, NULL, "not a linked 64-bit kernel module");
	if (elf_getshdrnum(elf, &m->n_old) < 0 || elf_getshdrstrndx(elf, &m->shstrtab) < 0)
		return refuse(m, NULL, NULL, "the section headers cannot be read");

	/* Every relocation section can get a second one beside it. */
	m->sections = calloc(m->n_old * 2, sizeof(*m->sections));
	if (!m->sections)
		return -ENOMEM;
	m->n = m->n_old;
	for (size_t i = 1; i < m->n_old; i++) {
		int r = read_section(m, elf, i);

		if (r < 0)
			return r;
		if (m->sections[i].shdr.sh_type == SHT_SYMTAB)
			m->symtab = i;
	}
	return m->symtab ? 0 : refuse(m, NULL, NULL, "the module has no symbol table");
}

/* ".klp.sym.OBJECT.NAME,SYMPOS", as klp_resolve_symbols() will read it. */
static bool klp_name_is_valid(const char *name)
{
	const char *object = name + strlen(KLP_SYM_PREFIX), *dot = strchr(object, '.');
	const char *comma = dot ? strchr(dot, ',') : NULL;
	char *end;

	if (!dot || dot == object || dot - object > 55 || !comma || comma == dot + 1)
		return false;
	if (comma[1] < '0' || comma[1] > '9')
		return false;
	strtoul(comma + 1, &end, 10);
	return *end == '\0';
}

static int mark_symbols(struct module *m)
{
	struct section *symtab = &m->sections[m->symtab];
	const struct section *strtab;
	Elf64_Sym *symbols = symtab->data;

	if (symtab->shdr.sh_link == 0 || symtab->shdr.sh_link >= m->n_old)
		return refuse(m, NULL, symtab->name, "the symbol table has no string table");
	strtab = &m->sections[symtab->shdr.sh_link];
	if (!strtab->data || ((char *)strtab->data)[strtab->size - 1] != '\0')
		return refuse(m, NULL, strtab->name, "the string table is not terminated");

	m->n_symbols = symtab->size / sizeof(*symbols);
	m->is_klp = calloc(m->n_symbols + 1, sizeof(*m->is_klp));
	m->is_resolved = calloc(m->n_symbols + 1, sizeof(*m->is_resolved));
	if (!m->is_klp || !m->is_resolved)
		return -ENOMEM;
	for (size_t i = 1; i < m->n_symbols; i++) {
		const char *name;

		if (symbols[i].st_shndx < m->n_old &&
		    m->sections[symbols[i].st_shndx].shdr.sh_type == SHT_RELA)
			return refuse(m, NULL, symtab->name,
				      "a symbol is in a section of relocations");

		if (symbols[i].st_name >= strtab->size)
			return refuse(m, NULL, symtab->name, "a symbol's name is out of range");
		name = (char *)strtab->data + symbols[i].st_name;
		if (symbols[i].st_shndx != SHN_UNDEF ||
		    strncmp(name, KLP_SYM_PREFIX, strlen(KLP_SYM_PREFIX)) != 0)
			continue;
		if (!klp_name_is_valid(name))
			return refuse(m, name, NULL, "the symbol's name is malformed");
		symbols[i].st_shndx = SHN_LIVEPATCH;
		symbols[i].st_info = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE);
		m->is_klp[i] = true;
	}
	return 0;
}

/*
 * Take the first relocation against each klp symbol out of the SHT_RELA sections. For each entry
 * that it resolves, Linux 6.1 goes through all of kallsyms; the address stays in the symbol table,
 * though, so that all other relocations can be ordinary ones, where they are applied later.
 */
static int split_relocations(struct module *m, struct section *s, bool is_loaded)
{
	Elf64_Rela *relas = s->data;
	size_t n = s->size / sizeof(*relas), kept = 0;

	if (s->shdr.sh_entsize != sizeof(*relas) || s->size % sizeof(*relas) != 0)
		return refuse(m, NULL, s->name, "the section's entries have a wrong size");
	s->klp = calloc(n + 1, sizeof(*s->klp));
	if (!s->klp)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		size_t symbol = ELF64_R_SYM(relas[i].r_info);

		if (symbol >= m->n_symbols)
			return refuse(m, NULL, s->name, "a relocation's symbol is out of range");
		/* Debug information of an unexported symbol has nobody to relocate it. */
		if (m->is_klp[symbol] && !is_loaded)
			continue;
		if (m->is_klp[symbol] && !m->is_resolved[symbol])
			s->klp[s->n_klp++] = relas[i];
		else
			relas[kept++] = relas[i];
		m->is_resolved[symbol] = m->is_klp[symbol];
	}
	s->size = kept * sizeof(*relas);
	return 0;
}

static int add_klp_section(struct module *m, const struct section *from,
			   const struct section *target)
{
	struct section *s = &m->sections[m->n];

	if (asprintf(&s->owned_name, KLP_RELA_PREFIX "%s", target->name) < 0) {
		s->owned_name = NULL;
		return -ENOMEM;
	}
	m->n++;
	s->name = s->owned_name;
	s->shdr = from->shdr;
	s->shdr.sh_flags = SHF_ALLOC | SHF_RELA_LIVEPATCH;
	s->size = from->n_klp * sizeof(Elf64_Rela);
	s->data = malloc(s->size);
	if (!s->data)
		return -ENOMEM;
	memcpy(s->data, from->klp, s->size);
	return 0;
}

static int move_relocations(struct module *m, size_t *ret_n)
{
	size_t moved = 0;

	for (size_t i = 1; i < m->n_old; i++) {
		struct section *s = &m->sections[i];
		const struct section *target;
		int r;

		if (s->shdr.sh_type != SHT_RELA || !s->data || s->shdr.sh_link != m->symtab)
			continue;
		if (s->shdr.sh_info == 0 || s->shdr.sh_info >= m->n_old)
			return refuse(m, NULL, s->name, "the relocations are for no section");
		target = &m->sections[s->shdr.sh_info];
		r = split_relocations(m, s, target->shdr.sh_flags & SHF_ALLOC);
		if (r == 0 && s->n_klp > 0)
			r = add_klp_section(m, s, target);
		if (r < 0)
			return r;
		moved += s->n_klp;
	}
	*ret_n = moved;
	return 0;
}

/*
 * The loader applies sections of relocations in their order, so the new ones come before all
 * others. Only such sections change places: nothing refers to them by their numbers.
 */
static int order_relocations(struct module *m)
{
	_cleanup_free_ struct section *old = calloc(m->n, sizeof(*old));
	size_t from = m->n_old, n = 0, next = 0;

	if (!old)
		return -ENOMEM;
	for (size_t i = 1; i < m->n_old; i++)
		if (m->sections[i].shdr.sh_type == SHT_RELA)
			old[n++] = m->sections[i];
	/* The new ones move down; what was there follows at the end. */
	for (size_t i = 1; i < m->n; i++) {
		if (i < m->n_old && m->sections[i].shdr.sh_type != SHT_RELA)
			continue;
		m->sections[i] = from < m->n ? m->sections[from++] : old[next++];
	}
	return 0;
}

static int name_new_sections(struct module *m)
{
	struct section *strings = &m->sections[m->shstrtab];
	size_t size = strings->size;
	char *data;

	for (size_t i = m->n_old; i < m->n; i++)
		size += strlen(m->sections[i].name) + 1;
	data = realloc(strings->data, size);
	if (!data)
		return -ENOMEM;
	strings->data = data;
	for (size_t i = m->n_old; i < m->n; i++) {
		size_t n = strlen(m->sections[i].name) + 1;

		m->sections[i].shdr.sh_name = strings->size;
		memcpy(data + strings->size, m->sections[i].name, n);
		strings->size += n;
	}
	return 0;
}

static int write_section(Elf *elf, struct section *s)
{
	Elf_Scn *scn = elf_newscn(elf);
	Elf_Data *data = scn ? elf_newdata(scn) : NULL;

	if (!data)
		return -ENOMEM;
	data->d_buf = s->data;
	data->d_size = s->size;
	data->d_align = s->shdr.sh_addralign ?: 1;
	data->d_type = ELF_T_BYTE;
	data->d_version = EV_CURRENT;
	s->shdr.sh_size = s->size;
	return gelf_update_shdr(scn, &s->shdr) ? 0 : -EIO;
}

static int write_elf(struct module *m, Elf *elf)
{
	int r;

	if (!gelf_newehdr(elf, ELFCLASS64))
		return -ENOMEM;
	for (size_t i = 1; i < m->n; i++) {
		r = write_section(elf, &m->sections[i]);
		if (r < 0)
			return r;
	}
	m->ehdr.e_shstrndx = m->shstrtab;
	if (!gelf_update_ehdr(elf, &m->ehdr) || elf_update(elf, ELF_C_WRITE) < 0)
		return -EIO;
	return 0;
}

static int write_module(struct module *m, const char *out)
{
	_cleanup_close_ int fd = open(out, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	_cleanup_(elf_endp) Elf *elf = NULL;
	int r;

	if (fd < 0)
		return diag_error(m->diags, KM103, -errno, "cannot write %s: %m", out);
	elf = elf_begin(fd, ELF_C_WRITE, NULL);
	r = elf ? write_elf(m, elf) : -ENOMEM;
	if (r < 0) {
		unlink(out);
		return diag_error(m->diags, KM103, r, "cannot write %s: %s", out, elf_errmsg(-1));
	}
	return 0;
}

int klp_convert(const char *in, const char *out, struct diag_list *diags, size_t *ret_n)
{
	_cleanup_close_ int fd = -1;
	_cleanup_(elf_endp) Elf *elf = NULL;
	_cleanup_(module_done) struct module m = {.path = in, .diags = diags};
	size_t moved = 0;
	int r;

	elf_version(EV_CURRENT);
	fd = open(in, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return diag_error(diags, KM102, -errno, "cannot read %s: %m", in);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!elf)
		return refuse(&m, NULL, NULL, elf_errmsg(-1));

	r = read_sections(&m, elf);
	if (r >= 0)
		r = mark_symbols(&m);
	if (r >= 0)
		r = move_relocations(&m, &moved);
	if (r >= 0)
		r = name_new_sections(&m);
	if (r >= 0)
		r = order_relocations(&m);
	if (r >= 0)
		r = write_module(&m, out);
	if (r < 0)
		return r;
	*ret_n = moved;
	return 0;
}
