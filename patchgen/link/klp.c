// SPDX-License-Identifier: GPL-2.0
#include "klp.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <kmend/patch.h>

#include "../../lib/cleanup.h"
#include "../../lib/strv.h"

/* One section on its way into the new file. */
struct section {
	GElf_Shdr shdr;
	const char *name; /* in the old file, or owned */
	char *owned_name;
	void *data; /* owned copy; NULL for SHT_NOBITS and empty ones */
	size_t size;
	struct moved *moved; /* relocations of this SHT_RELA section that have to move */
	size_t n_moved;
};

struct moved {
	Elf64_Rela rela;
	size_t object; /* index in module.objects: when it is looked up */
};

/* What a symbol is that starts as ".klp.sym." or "MODULE:.klp.sym.". */
struct klp_symbol {
	bool is_klp;
	bool is_resolved; /* has a relocation that moved */
	size_t object; /* index in module.objects */
};

struct module {
	const char *path;
	struct diag_list *diags;
	GElf_Ehdr ehdr;
	struct section *sections; /* n_old from the file, then the new ones */
	size_t n_old, n;
	size_t symtab, shstrtab;
	struct klp_symbol *symbols; /* by symbol index */
	size_t n_symbols;
	char **objects; /* "vmlinux", then the modules that may come later */
};

/* Relocations that the kernel's loader applies, when it loads the patch. */
#define AT_LOAD 0

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
		free(m->sections[i].moved);
	}
	free(m->sections);
	free(m->symbols);
	strv_free(m->objects);
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

	m->sections = calloc(m->n_old, sizeof(*m->sections));
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

static int object_index(struct module *m, const char *name, size_t length, size_t *ret)
{
	_cleanup_free_ char *object = strndup(name, length);
	size_t n = strv_length(m->objects);

	if (!object)
		return -ENOMEM;
	for (*ret = 0; *ret < n; (*ret)++)
		if (strcmp(m->objects[*ret], object) == 0)
			return 0;
	return strv_append(&m->objects, object);
}

/* Where the part that the kernel and the core read begins. NULL: it is an ordinary name. */
static const char *klp_part(const char *name)
{
	const char *colon = strchr(name, ':');

	if (strncmp(name, KLP_SYM_PREFIX, strlen(KLP_SYM_PREFIX)) == 0)
		return name;
	if (!colon || colon == name || colon - name >= KMEND_OBJECT_NAME_LEN ||
	    memchr(name, '.', colon - name))
		return NULL;
	return strncmp(colon + 1, KLP_SYM_PREFIX, strlen(KLP_SYM_PREFIX)) == 0 ? colon + 1 : NULL;
}

static int mark_symbol(struct module *m, Elf64_Sym *symbol, const char *name,
		       struct klp_symbol *ret)
{
	const char *part = klp_part(name);
	int r = 0;

	if (symbol->st_shndx != SHN_UNDEF || !part)
		return 0;
	if (!klp_name_is_valid(part))
		return refuse(m, name, NULL, "the symbol's name is malformed");
	if (part != name)
		r = object_index(m, name, part - name - 1, &ret->object);
	symbol->st_name += part - name;
	symbol->st_shndx = SHN_LIVEPATCH;
	symbol->st_info = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE);
	ret->is_klp = true;
	return r;
}

static int mark_symbols(struct module *m)
{
	struct section *symtab = &m->sections[m->symtab];
	const struct section *strtab;
	Elf64_Sym *symbols = symtab->data;
	int r;

	if (symtab->shdr.sh_link == 0 || symtab->shdr.sh_link >= m->n_old)
		return refuse(m, NULL, symtab->name, "the symbol table has no string table");
	strtab = &m->sections[symtab->shdr.sh_link];
	if (!strtab->data || ((char *)strtab->data)[strtab->size - 1] != '\0')
		return refuse(m, NULL, strtab->name, "the string table is not terminated");

	m->n_symbols = symtab->size / sizeof(*symbols);
	m->symbols = calloc(m->n_symbols + 1, sizeof(*m->symbols));
	if (!m->symbols || strv_append(&m->objects, KMEND_OBJECT_VMLINUX) < 0)
		return -ENOMEM;
	for (size_t i = 1; i < m->n_symbols; i++) {
		if (symbols[i].st_shndx < m->n_old &&
		    m->sections[symbols[i].st_shndx].shdr.sh_type == SHT_RELA)
			return refuse(m, NULL, symtab->name,
				      "a symbol is in a section of relocations");

		if (symbols[i].st_name >= strtab->size)
			return refuse(m, NULL, symtab->name, "a symbol's name is out of range");
		r = mark_symbol(m, &symbols[i], (char *)strtab->data + symbols[i].st_name,
				&m->symbols[i]);
		if (r < 0)
			return r;
	}
	return 0;
}

/*
 * Take the first relocation against each klp symbol out of the SHT_RELA sections. For each entry
 * that it resolves, Linux 6.1 goes through all of kallsyms; the address stays in the symbol table,
 * though, so that all other relocations can be ordinary ones, where they are applied later. Of what
 * is looked up after the patch is loaded, all have to go.
 */
static int split_relocations(struct module *m, struct section *s, bool is_loaded)
{
	Elf64_Rela *relas = s->data;
	size_t n = s->size / sizeof(*relas), kept = 0;

	if (s->shdr.sh_entsize != sizeof(*relas) || s->size % sizeof(*relas) != 0)
		return refuse(m, NULL, s->name, "the section's entries have a wrong size");
	s->moved = calloc(n + 1, sizeof(*s->moved));
	if (!s->moved)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		size_t index = ELF64_R_SYM(relas[i].r_info);
		struct klp_symbol *symbol;

		if (index >= m->n_symbols)
			return refuse(m, NULL, s->name, "a relocation's symbol is out of range");
		symbol = &m->symbols[index];
		/* Debug information of an unexported symbol has nobody to relocate it. */
		if (symbol->is_klp && !is_loaded)
			continue;
		if (symbol->is_klp && (!symbol->is_resolved || symbol->object != AT_LOAD))
			s->moved[s->n_moved++] = (struct moved){relas[i], symbol->object};
		else
			relas[kept++] = relas[i];
		symbol->is_resolved = symbol->is_klp;
	}
	s->size = kept * sizeof(*relas);
	return 0;
}

static int add_klp_section(struct module *m, size_t from, const char *target, size_t object)
{
	struct section *sections = reallocarray(m->sections, m->n + 1, sizeof(*sections)), *s;
	const struct moved *moved;
	Elf64_Rela *relas;
	size_t n_moved;

	if (!sections)
		return -ENOMEM;
	m->sections = sections;
	s = &sections[m->n];
	moved = sections[from].moved;
	n_moved = sections[from].n_moved;
	*s = (struct section){.shdr = sections[from].shdr};
	if (asprintf(&s->owned_name, KLP_RELA_PREFIX "%s.%s", m->objects[object], target) < 0) {
		s->owned_name = NULL;
		return -ENOMEM;
	}
	m->n++;
	s->name = s->owned_name;
	s->shdr.sh_flags = SHF_ALLOC | SHF_RELA_LIVEPATCH;
	s->data = relas = calloc(n_moved, sizeof(*relas));
	if (!relas)
		return -ENOMEM;
	for (size_t i = 0; i < n_moved; i++)
		if (moved[i].object == object)
			relas[s->size++] = moved[i].rela;
	s->size *= sizeof(*relas);
	return 0;
}

static bool has_moved(const struct section *section, size_t object)
{
	for (size_t i = 0; i < section->n_moved; i++)
		if (section->moved[i].object == object)
			return true;
	return false;
}

static int add_klp_sections(struct module *m, size_t from, const char *target)
{
	int r = 0;

	for (size_t object = 0; r == 0 && m->objects[object]; object++)
		if (has_moved(&m->sections[from], object))
			r = add_klp_section(m, from, target, object);
	return r;
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
		moved += s->n_moved;
		r = r ?: add_klp_sections(m, i, target->name);
		if (r < 0)
			return r;
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
