// SPDX-License-Identifier: GPL-2.0
#include "outfile.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "arch.h"

void outfile_done(struct outfile *out)
{
	for (size_t i = 0; i < out->n_sections; i++) {
		free(out->sections[i].name);
		free(out->sections[i].data);
		free(out->sections[i].relas);
	}
	for (size_t i = 0; i < out->n_symbols; i++)
		free(out->symbols[i].name);
	free(out->sections);
	free(out->symbols);
	*out = (struct outfile){0};
}

static int grow(void *array, size_t n, size_t *allocated, size_t size)
{
	void **p = array, *grown;
	size_t want = *allocated ? *allocated * 2 : 16;

	if (n < *allocated)
		return 0;
	grown = reallocarray(*p, want, size);
	if (!grown)
		return -ENOMEM;
	*p = grown;
	*allocated = want;
	return 0;
}

ssize_t outfile_add_symbol(struct outfile *out, const char *name, unsigned char type,
			   unsigned char bind, size_t section, uint64_t value, uint64_t size)
{
	char *copy = name ? strdup(name) : NULL;

	if ((name && !copy) || grow(&out->symbols, out->n_symbols, &out->symbols_allocated,
				    sizeof(*out->symbols)) < 0) {
		free(copy);
		return -ENOMEM;
	}
	out->symbols[out->n_symbols] = (struct out_symbol){
		.name = copy,
		.type = type,
		.bind = bind,
		.section = section,
		.value = value,
		.size = size,
	};
	return out->n_symbols++;
}

ssize_t outfile_add_section(struct outfile *out, const char *name, uint32_t type, uint64_t flags,
			    uint64_t align)
{
	struct out_section *section;
	ssize_t symbol;

	if (grow(&out->sections, out->n_sections, &out->sections_allocated, sizeof(*section)) < 0)
		return -ENOMEM;
	symbol = outfile_add_symbol(out, NULL, STT_SECTION, STB_LOCAL, out->n_sections + 1, 0, 0);
	if (symbol < 0)
		return symbol;
	section = &out->sections[out->n_sections];
	*section = (struct out_section){
		.name = strdup(name),
		.type = type,
		.flags = flags,
		.align = align,
		.symbol = symbol,
	};
	if (!section->name)
		return -ENOMEM;
	return out->n_sections++;
}

int outfile_append(struct outfile *out, size_t index, const void *data, uint64_t size,
		   uint64_t align, uint64_t *ret_offset)
{
	struct out_section *section = &out->sections[index];
	uint64_t at = (section->size + align - 1) & ~(align - 1), end = at + size;

	if (align > section->align)
		section->align = align;
	if (section->type != SHT_NOBITS && end > section->allocated) {
		uint64_t want = section->allocated * 2 > end ? section->allocated * 2 : end;
		uint8_t *grown = realloc(section->data, want);

		if (!grown)
			return -ENOMEM;
		section->data = grown;
		section->allocated = want;
	}
	if (section->type != SHT_NOBITS && end > section->size) {
		memset(section->data + section->size, 0, end - section->size);
		if (data && size)
			memcpy(section->data + at, data, size);
	}
	section->size = end;
	*ret_offset = at;
	return 0;
}

int outfile_add_reloc(struct outfile *out, size_t index, uint64_t offset, uint32_t type,
		      size_t symbol, int64_t addend)
{
	struct out_section *section = &out->sections[index];
	unsigned width = arch_reloc_width(type);

	if (grow(&section->relas, section->n_relas, &section->relas_allocated,
		 sizeof(*section->relas)) < 0)
		return -ENOMEM;
	/* A distance that the assembler had worked out: the kernel takes only modules with zeroes. */
	if (section->data && offset + width <= section->size)
		memset(section->data + offset, 0, width);
	section->relas[section->n_relas++] = (Elf64_Rela){
		.r_offset = offset,
		.r_info = ELF64_R_INFO(symbol, type),
		.r_addend = addend,
	};
	return 0;
}

struct strings {
	char *data;
	size_t size, allocated;
};

static int add_string(struct strings *strings, const char *s, Elf64_Word *ret)
{
	size_t n = strlen(s) + 1;

	if (strings->size + n > strings->allocated) {
		size_t want = (strings->size + n) * 2;
		char *grown = realloc(strings->data, want);

		if (!grown)
			return -ENOMEM;
		strings->data = grown;
		strings->allocated = want;
	}
	memcpy(strings->data + strings->size, s, n);
	*ret = strings->size;
	strings->size += n;
	return 0;
}

/* What the tables of the file are made in, until it is written. */
struct writer {
	const struct outfile *out;
	Elf *elf;
	struct strings names, symbol_names;
	Elf64_Sym *symbols;
	size_t *renumbered; /* from index in outfile.symbols to that in the file: local ones first */
	size_t n_local;
	Elf64_Rela **relas; /* per section */
};

static Elf_Scn *add_table(struct writer *w, const char *name, Elf64_Shdr header, const void *data,
			  size_t size, Elf_Type type)
{
	Elf_Scn *scn = elf_newscn(w->elf);
	Elf_Data *d = scn ? elf_newdata(scn) : NULL;
	Elf64_Shdr *shdr = scn ? elf64_getshdr(scn) : NULL;

	if (!d || !shdr || add_string(&w->names, name, &header.sh_name) < 0)
		return NULL;
	header.sh_size = size;
	*shdr = header;
	d->d_buf = (void *)data;
	d->d_size = size;
	d->d_type = type;
	d->d_align = header.sh_addralign ?: 1;
	d->d_version = EV_CURRENT;
	return scn;
}

static int number_symbols(struct writer *w)
{
	const struct outfile *out = w->out;
	size_t n = 1;

	w->symbols = calloc(out->n_symbols + 1, sizeof(*w->symbols));
	w->renumbered = calloc(out->n_symbols + 1, sizeof(*w->renumbered));
	if (!w->symbols || !w->renumbered)
		return -ENOMEM;
	for (int global = 0; global < 2; global++) {
		for (size_t i = 0; i < out->n_symbols; i++) {
			const struct out_symbol *s = &out->symbols[i];
			Elf64_Sym *sym = &w->symbols[n];

			if ((s->bind != STB_LOCAL) != global)
				continue;
			*sym = (Elf64_Sym){
				.st_info = ELF64_ST_INFO(s->bind, s->type),
				.st_shndx = s->section,
				.st_value = s->value,
				.st_size = s->size,
			};
			if (s->name && add_string(&w->symbol_names, s->name, &sym->st_name) < 0)
				return -ENOMEM;
			w->renumbered[i] = n++;
		}
		if (!global)
			w->n_local = n;
	}
	return 0;
}

static int write_sections(struct writer *w)
{
	for (size_t i = 0; i < w->out->n_sections; i++) {
		const struct out_section *s = &w->out->sections[i];
		Elf64_Shdr header = {
			.sh_type = s->type,
			.sh_flags = s->flags | (s->ordered ? SHF_LINK_ORDER : 0),
			.sh_link = s->ordered,
			.sh_addralign = s->align,
		};

		if (!add_table(w, s->name, header, s->data, s->size, ELF_T_BYTE))
			return -ENOMEM;
	}
	return 0;
}

static int write_relocs(struct writer *w, size_t symtab)
{
	for (size_t i = 0; i < w->out->n_sections; i++) {
		const struct out_section *s = &w->out->sections[i];
		_cleanup_free_ char *name = NULL;
		Elf64_Shdr header = {
			.sh_type = SHT_RELA,
			.sh_flags = SHF_INFO_LINK,
			.sh_link = symtab,
			.sh_info = i + 1,
			.sh_addralign = 8,
			.sh_entsize = sizeof(Elf64_Rela),
		};

		if (s->n_relas == 0)
			continue;
		w->relas[i] = calloc(s->n_relas, sizeof(Elf64_Rela));
		if (!w->relas[i] || asprintf(&name, ".rela%s", s->name) < 0)
			return -ENOMEM;
		for (size_t j = 0; j < s->n_relas; j++) {
			Elf64_Rela rela = s->relas[j];
			size_t symbol = w->renumbered[ELF64_R_SYM(rela.r_info)];

			rela.r_info = ELF64_R_INFO(symbol, ELF64_R_TYPE(rela.r_info));
			w->relas[i][j] = rela;
		}
		if (!add_table(w, name, header, w->relas[i], s->n_relas * sizeof(Elf64_Rela),
			       ELF_T_RELA))
			return -ENOMEM;
	}
	return 0;
}

static int write_tables(struct writer *w)
{
	Elf64_Shdr symbols = {
		.sh_type = SHT_SYMTAB,
		.sh_info = w->n_local,
		.sh_addralign = 8,
		.sh_entsize = sizeof(Elf64_Sym),
	};
	Elf64_Shdr strings = {.sh_type = SHT_STRTAB, .sh_addralign = 1};
	Elf64_Shdr note = {.sh_type = SHT_PROGBITS, .sh_addralign = 1};
	size_t n = w->out->n_sections;
	Elf_Scn *names;

	/* Sections are 1..n, then the symbol table and its strings, then relocations. */
	symbols.sh_link = n + 2;
	if (!add_table(w, ".symtab", symbols, w->symbols,
		       (w->out->n_symbols + 1) * sizeof(Elf64_Sym), ELF_T_SYM) ||
	    !add_table(w, ".strtab", strings, w->symbol_names.data, w->symbol_names.size,
		       ELF_T_BYTE) ||
	    write_relocs(w, n + 1) < 0 ||
	    !add_table(w, ".note.GNU-stack", note, NULL, 0, ELF_T_BYTE))
		return -ENOMEM;
	names = add_table(w, ".shstrtab", strings, NULL, 0, ELF_T_BYTE);
	if (!names)
		return -ENOMEM;
	/* Its own name is in it: only now are contents and size known. */
	elf_getdata(names, NULL)->d_buf = w->names.data;
	elf_getdata(names, NULL)->d_size = w->names.size;
	elf64_getshdr(names)->sh_size = w->names.size;
	elf64_getehdr(w->elf)->e_shstrndx = elf_ndxscn(names);
	return 0;
}

static int write_header(struct writer *w)
{
	Elf64_Ehdr *ehdr = elf64_newehdr(w->elf);

	if (!ehdr)
		return -ENOMEM;
	ehdr->e_ident[EI_DATA] = ELFDATA2LSB;
	ehdr->e_ident[EI_CLASS] = ELFCLASS64;
	ehdr->e_type = ET_REL;
	ehdr->e_machine = ARCH_MACHINE;
	ehdr->e_version = EV_CURRENT;
	return 0;
}

static int write_elf(struct writer *w)
{
	Elf64_Word ignored;
	int r;

	r = write_header(w);
	if (r < 0)
		return r;
	if (add_string(&w->names, "", &ignored) < 0 ||
	    add_string(&w->symbol_names, "", &ignored) < 0)
		return -ENOMEM;
	w->relas = calloc(w->out->n_sections ?: 1, sizeof(*w->relas));
	if (!w->relas)
		return -ENOMEM;
	r = number_symbols(w);
	if (r < 0)
		return r;
	r = write_sections(w);
	if (r < 0)
		return r;
	r = write_tables(w);
	if (r < 0)
		return r;
	return elf_update(w->elf, ELF_C_WRITE) < 0 ? -EIO : 0;
}

static void writer_done(struct writer *w)
{
	elf_end(w->elf);
	free(w->names.data);
	free(w->symbol_names.data);
	free(w->symbols);
	free(w->renumbered);
	for (size_t i = 0; w->relas && i < w->out->n_sections; i++)
		free(w->relas[i]);
	free(w->relas);
}

static int write_to(const struct outfile *out, int fd)
{
	struct writer w = {.out = out};
	int r;

	elf_version(EV_CURRENT);
	w.elf = elf_begin(fd, ELF_C_WRITE, NULL);
	r = w.elf ? write_elf(&w) : -EIO;
	writer_done(&w);
	return r;
}

int outfile_write(const struct outfile *out, const char *path)
{
	_cleanup_free_ char *temporary = NULL;
	_cleanup_close_ int fd = -1;
	int r;

	if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
		return -ENOMEM;
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = write_to(out, fd);
	if (r == 0 && (fchmod(fd, 0644) < 0 || rename(temporary, path) < 0))
		r = -errno;
	if (r < 0)
		unlink(temporary);
	return r;
}
