// SPDX-License-Identifier: GPL-2.0
#include "object.h"

#include <ctype.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "arch.h"

#define FILE_MAX  (1 << 30) /* bytes, of a section without contents, too */
#define ALIGN_MAX (1 << 16)

int object_malformed(struct diag_list *diags, const struct object *object, const char *section,
		     const char *what)
{
	struct diag_where where = {.section = section, .file = object->path};

	return diag_add(diags, KM202, DIAG_ERROR, -ENOEXEC, &where, "malformed object: %s", what);
}

static int no_memory(struct diag_list *diags)
{
	return diag_error(diags, KM104, -ENOMEM, "out of memory");
}

static int check_header(struct object *object, struct diag_list *diags)
{
	struct diag_where where = {.file = object->path};
	GElf_Ehdr ehdr;

	if (elf_kind(object->elf) != ELF_K_ELF || !gelf_getehdr(object->elf, &ehdr))
		return diag_add(diags, KM201, DIAG_ERROR, -ENOEXEC, &where, "not an ELF file");
	if (ehdr.e_ident[EI_CLASS] != ELFCLASS64 || ehdr.e_ident[EI_DATA] != ELFDATA2LSB ||
	    ehdr.e_machine != ARCH_MACHINE)
		return diag_add(diags, KM203, DIAG_ERROR, -ENOEXEC, &where,
				"not for " ARCH_MACHINE_NAME " (ELF machine %u)", ehdr.e_machine);
	if (ehdr.e_type != ET_REL)
		return diag_add(diags, KM204, DIAG_ERROR, -ENOEXEC, &where,
				"not a relocatable object (ELF type %u)", ehdr.e_type);
	return 0;
}

static int read_contents(struct section *section, Elf_Scn *scn, struct diag_list *diags)
{
	struct object *object = section->object;
	Elf_Data *data;

	if (section->type == SHT_NOBITS && section->size > FILE_MAX)
		return object_malformed(diags, object, section->name, "impossible size");
	if (section->type == SHT_NOBITS || section->size == 0)
		return 0;
	data = elf_rawdata(scn, NULL);
	if (!data || data->d_size != section->size || !data->d_buf)
		return object_malformed(diags, object, section->name, "contents outside the file");
	section->data = data->d_buf;
	return 0;
}

/* Of what is loaded; tables of the file itself are not. */
static bool is_type_known(uint32_t type)
{
	static const uint32_t types[] = {SHT_PROGBITS,   SHT_NOBITS,     SHT_NOTE,
					 SHT_INIT_ARRAY, SHT_FINI_ARRAY, SHT_PREINIT_ARRAY,
					 ARCH_SHT_UNWIND};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (type == types[i])
			return true;
	return false;
}

static int read_section(struct object *object, size_t index, size_t names, struct diag_list *diags)
{
	struct section *section = &object->sections[index];
	Elf_Scn *scn = elf_getscn(object->elf, index);
	GElf_Shdr shdr;

	if (!scn || !gelf_getshdr(scn, &shdr))
		return object_malformed(diags, object, NULL, "section header outside the file");
	section->object = object;
	section->index = index;
	section->name = elf_strptr(object->elf, names, shdr.sh_name);
	if (!section->name)
		return object_malformed(diags, object, NULL, "section without a name");
	section->type = shdr.sh_type;
	section->flags = shdr.sh_flags;
	section->size = shdr.sh_size;
	section->align = shdr.sh_addralign ?: 1;
	section->entsize = shdr.sh_entsize;
	if (!(section->flags & SHF_ALLOC))
		return 0;
	if (!is_type_known(section->type))
		return object_malformed(diags, object, section->name,
					"loaded section of a type that kernels do not have");
	if (section->flags & (SHF_COMPRESSED | SHF_TLS))
		return object_malformed(diags, object, section->name,
					"compressed or thread-local section");
	if ((section->align & (section->align - 1)) || section->align > ALIGN_MAX)
		return object_malformed(diags, object, section->name, "impossible alignment");
	return read_contents(section, scn, diags);
}

static int read_sections(struct object *object, struct diag_list *diags)
{
	size_t names;
	int r;

	if (elf_getshdrnum(object->elf, &object->n_sections) < 0 || object->n_sections == 0 ||
	    elf_getshdrstrndx(object->elf, &names) < 0)
		return object_malformed(diags, object, NULL, "no section headers");
	object->sections = calloc(object->n_sections, sizeof(*object->sections));
	if (!object->sections)
		return no_memory(diags);
	object->sections[0] = (struct section){.object = object, .name = ""};
	for (size_t i = 1; i < object->n_sections; i++) {
		r = read_section(object, i, names, diags);
		if (r < 0)
			return r;
	}
	return 0;
}

static bool ends_in_counter(const char *name)
{
	const char *unique = strstr(name, "__UNIQUE_ID_");

	return (unique && (unique == name || unique[-1] == '.')) ||
	       strncmp(name, "__BTF_ID__", 10) == 0;
}

/* Drop each ".NNN" component, and the digits that end a name made by __UNIQUE_ID() or BTF_ID(). */
static char *base_name(const char *name)
{
	size_t n = 0, length = strlen(name);
	char *base = malloc(length + 1);

	if (!base)
		return NULL;
	for (size_t i = 0; i < length; i++) {
		size_t digits = 0;

		if (name[i] == '.' && i > 0)
			while (isdigit((unsigned char)name[i + 1 + digits]))
				digits++;
		if (digits && (name[i + 1 + digits] == '.' || !name[i + 1 + digits]))
			i += digits;
		else
			base[n++] = name[i];
	}
	if (ends_in_counter(name))
		while (n > 0 && isdigit((unsigned char)base[n - 1]))
			n--;
	base[n] = 0;
	return base;
}

/* clang calls a static local "function.variable", gcc "variable.number". */
static void drop_function(char *base)
{
	const char *dot = strrchr(base, '.');

	if (dot && dot > base && dot[1] && strcmp(dot, ".llvm") != 0)
		memmove(base, dot + 1, strlen(dot));
}

static int place_symbol(struct symbol *symbol, const GElf_Sym *sym, Elf32_Word xindex,
			struct object *object, struct diag_list *diags)
{
	size_t index = sym->st_shndx == SHN_XINDEX ? xindex : sym->st_shndx;
	struct section *section;

	if (sym->st_shndx == SHN_UNDEF || sym->st_shndx == SHN_COMMON)
		return 0;
	if (sym->st_shndx == SHN_ABS) {
		symbol->is_absolute = true;
		return 0;
	}
	if (index >= object->n_sections || (sym->st_shndx >= SHN_LORESERVE && !xindex))
		return object_malformed(diags, object, NULL,
					"symbol in a section that does not exist");
	section = &object->sections[index];
	if (symbol->value > section->size ||
	    (symbol_is_function(symbol) && symbol->size > section->size - symbol->value) ||
	    (symbol_is_data(symbol) && symbol->size > section->size - symbol->value))
		return object_malformed(diags, object, section->name, "symbol outside its section");
	if (!symbol->name[0] && (symbol_is_function(symbol) || symbol_is_data(symbol)))
		return object_malformed(diags, object, section->name,
					"function or variable without a name");
	symbol->section = section;
	if (symbol->type == STT_SECTION)
		symbol->name = section->name;
	return 0;
}

static int read_symbol(struct object *object, size_t i, const GElf_Sym *sym, Elf32_Word xindex,
		       size_t strings, struct diag_list *diags)
{
	struct symbol *symbol = &object->symbols[i];

	if (i == 0 && (sym->st_name || sym->st_info || sym->st_shndx || sym->st_value))
		return object_malformed(diags, object, NULL, "first symbol is not the null symbol");
	symbol->index = i;
	symbol->value = sym->st_value;
	symbol->size = sym->st_size;
	symbol->type = GELF_ST_TYPE(sym->st_info);
	symbol->bind = GELF_ST_BIND(sym->st_info);
	symbol->name = elf_strptr(object->elf, strings, sym->st_name);
	if (!symbol->name)
		return object_malformed(diags, object, NULL, "symbol without a name");
	if (symbol->type == STT_TLS || symbol->type == STT_GNU_IFUNC)
		return object_malformed(diags, object, NULL,
					"symbol of a kind that kernels do not have");
	/* Padding in front of a function, for thunks: it goes where the function goes. */
	if (strncmp(symbol->name, "__pfx_", 6) == 0 || strncmp(symbol->name, "__cfi_", 6) == 0)
		symbol->type = STT_NOTYPE;
	symbol->base = base_name(symbol->name);
	if (!symbol->base)
		return no_memory(diags);
	if (symbol_is_data(symbol) && symbol->bind == STB_LOCAL)
		drop_function(symbol->base);
	return place_symbol(symbol, sym, xindex, object, diags);
}

static Elf_Scn *find_symtab(struct object *object, Elf_Data **ret_xindex)
{
	Elf_Scn *found = NULL, *scn = NULL;
	GElf_Shdr shdr;

	*ret_xindex = NULL;
	while ((scn = elf_nextscn(object->elf, scn))) {
		if (!gelf_getshdr(scn, &shdr))
			return NULL;
		if (shdr.sh_type == SHT_SYMTAB_SHNDX)
			*ret_xindex = elf_getdata(scn, NULL);
		if (shdr.sh_type != SHT_SYMTAB)
			continue;
		if (found || shdr.sh_entsize != sizeof(Elf64_Sym))
			return NULL;
		found = scn;
	}
	return found;
}

static int read_symbols(struct object *object, struct diag_list *diags)
{
	Elf_Data *data, *xindex;
	Elf_Scn *scn = find_symtab(object, &xindex);
	GElf_Shdr shdr;
	int r;

	if (!scn || !gelf_getshdr(scn, &shdr))
		return object_malformed(diags, object, NULL, "not exactly one symbol table");
	data = elf_getdata(scn, NULL);
	if (!data || data->d_size != shdr.sh_size)
		return object_malformed(diags, object, NULL, "symbol table outside the file");
	object->n_symbols = shdr.sh_size / sizeof(Elf64_Sym);
	object->symbols = calloc(object->n_symbols ?: 1, sizeof(*object->symbols));
	if (!object->symbols)
		return no_memory(diags);
	for (size_t i = 0; i < object->n_symbols; i++) {
		Elf32_Word extended = 0;
		GElf_Sym sym;

		if (!gelf_getsymshndx(data, xindex, i, &sym, &extended))
			return object_malformed(diags, object, NULL, "symbol outside its table");
		r = read_symbol(object, i, &sym, extended, shdr.sh_link, diags);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_reloc(struct section *section, const GElf_Rela *rela, struct diag_list *diags)
{
	struct object *object = section->object;
	uint32_t type = GELF_R_TYPE(rela->r_info);
	size_t symbol = GELF_R_SYM(rela->r_info);
	unsigned width = arch_reloc_width(type);

	if (symbol >= object->n_symbols)
		return object_malformed(diags, object, section->name,
					"relocation against a symbol that does not exist");
	if (arch_reloc_is_none(type)) {
		if (arch_is_fentry(object->symbols[symbol].name) && !section->nop_fentry)
			section->nop_fentry = rela->r_offset + 1;
		return 0;
	}
	if (width == 0)
		return object_malformed(diags, object, section->name,
					"relocation of an unknown type");
	if (rela->r_offset > section->size || width > section->size - rela->r_offset)
		return object_malformed(diags, object, section->name,
					"relocation outside its section");
	if (rela->r_addend < -((int64_t)1 << 40) || rela->r_addend > ((int64_t)1 << 40))
		return object_malformed(diags, object, section->name,
					"relocation with an absurd addend");
	section->relocs[section->n_relocs++] = (struct reloc){
		.offset = rela->r_offset,
		.type = type,
		.addend = rela->r_addend,
		.symbol = &object->symbols[symbol],
	};
	return 0;
}

static int by_offset(const void *a, const void *b)
{
	const struct reloc *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static int read_relocs(struct section *section, Elf_Scn *scn, const GElf_Shdr *shdr,
		       struct diag_list *diags)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	size_t n = shdr->sh_size / sizeof(Elf64_Rela);
	int r;

	if (section->relocs || shdr->sh_entsize != sizeof(Elf64_Rela) || !data ||
	    data->d_size != shdr->sh_size || (n && !section->data))
		return object_malformed(diags, section->object, section->name,
					"bad relocation section");
	section->relocs = calloc(n ?: 1, sizeof(*section->relocs));
	if (!section->relocs)
		return no_memory(diags);
	for (size_t i = 0; i < n; i++) {
		GElf_Rela rela;

		if (!gelf_getrela(data, i, &rela))
			return object_malformed(diags, section->object, section->name,
						"relocation outside its table");
		r = read_reloc(section, &rela, diags);
		if (r < 0)
			return r;
	}
	qsort(section->relocs, section->n_relocs, sizeof(*section->relocs), by_offset);
	for (size_t i = 1; i < section->n_relocs; i++)
		if (section->relocs[i].offset - section->relocs[i - 1].offset <
		    arch_reloc_width(section->relocs[i - 1].type))
			return object_malformed(diags, section->object, section->name,
						"relocations overlap");
	return 0;
}

static int read_all_relocs(struct object *object, struct diag_list *diags)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr shdr;
	int r;

	while ((scn = elf_nextscn(object->elf, scn))) {
		struct section *section;

		if (!gelf_getshdr(scn, &shdr))
			return object_malformed(diags, object, NULL,
						"section header outside the file");
		if (shdr.sh_type != SHT_RELA && shdr.sh_type != SHT_REL)
			continue;
		if (shdr.sh_info >= object->n_sections)
			return object_malformed(diags, object, NULL,
						"relocations of a section that does not exist");
		section = &object->sections[shdr.sh_info];
		if (!(section->flags & SHF_ALLOC))
			continue;
		if (shdr.sh_type == SHT_REL)
			return object_malformed(diags, object, section->name,
						"relocations without addends");
		r = read_relocs(section, scn, &shdr, diags);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_object(struct object *object, struct diag_list *diags)
{
	int r;

	r = check_header(object, diags);
	if (r < 0)
		return r;
	r = read_sections(object, diags);
	if (r < 0)
		return r;
	r = read_symbols(object, diags);
	if (r < 0)
		return r;
	r = read_all_relocs(object, diags);
	if (r < 0)
		return r;
	r = object_index(object, diags);
	return r == -ENOMEM ? no_memory(diags) : r;
}

int object_open_memory(const char *path, void *file, size_t size, struct object **ret,
		       struct diag_list *diags)
{
	struct diag_where where = {.file = path};
	_cleanup_(object_freep) struct object *object = calloc(1, sizeof(*object));
	int r;

	if (!object)
		return no_memory(diags);
	object->path = path;
	elf_version(EV_CURRENT);
	object->elf = elf_memory(file, size);
	if (!object->elf)
		return diag_add(diags, KM201, DIAG_ERROR, -ENOEXEC, &where, "not an ELF file");
	r = read_object(object, diags);
	if (r < 0)
		return r;
	object->file = file;
	object->file_size = size;
	*ret = TAKE_PTR(object);
	return 0;
}

static int read_file(const char *path, void **ret, size_t *ret_size)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	_cleanup_free_ char *buffer = NULL;
	size_t done = 0;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (st.st_size > FILE_MAX)
		return -EFBIG;
	buffer = malloc(st.st_size + 1);
	if (!buffer)
		return -ENOMEM;
	while (done < (size_t)st.st_size) {
		ssize_t n = read(fd, buffer + done, st.st_size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		done += n;
	}
	*ret = TAKE_PTR(buffer);
	*ret_size = done;
	return 0;
}

int object_open(const char *path, struct object **ret, struct diag_list *diags)
{
	struct diag_where where = {.file = path};
	_cleanup_free_ void *file = NULL;
	size_t size;
	int r;

	r = read_file(path, &file, &size);
	if (r < 0)
		return diag_add(diags, KM102, DIAG_ERROR, r, &where, "cannot be read: %s",
				strerror(-r));
	r = object_open_memory(path, file, size, ret, diags);
	if (r < 0)
		return r;
	TAKE_PTR(file);
	return 0;
}

void object_free(struct object *object)
{
	if (!object)
		return;
	for (size_t i = 0; object->sections && i < object->n_sections; i++) {
		free(object->sections[i].relocs);
		free(object->sections[i].defs);
		free(object->sections[i].entries);
		free(object->sections[i].pieces);
	}
	for (size_t i = 0; object->symbols && i < object->n_symbols; i++)
		free(object->symbols[i].base);
	while (object->added) {
		struct symbol *symbol = object->added;

		object->added = symbol->next_same_name;
		free(symbol);
	}
	free(object->sections);
	free(object->symbols);
	free(object->by_name);
	free(object->by_base);
	if (object->lines)
		srcline_free(object->lines);
	elf_end(object->elf);
	free(object->file);
	free(object);
}
