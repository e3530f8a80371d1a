// SPDX-License-Identifier: GPL-2.0
#include "readback.h"

#include <fcntl.h>
#include <gelf.h>
#include <kmend/patch.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "patchgen/object/arch.h"
#include "target.h"

struct output {
	Elf *elf;
	size_t n, names, n_symbols;
	Elf_Data *symbols;
};

static GElf_Shdr header(const struct output *out, size_t index)
{
	Elf_Scn *scn = elf_getscn(out->elf, index);
	GElf_Shdr shdr;

	fuzz_expect(scn && gelf_getshdr(scn, &shdr), "output: section %zu has no header", index);
	return shdr;
}

static void check_section(struct output *out, size_t index)
{
	GElf_Shdr shdr = header(out, index);
	const char *name = elf_strptr(out->elf, out->names, shdr.sh_name);
	Elf_Data *data = elf_getdata(elf_getscn(out->elf, index), NULL);

	fuzz_expect(name && *name, "output: section %zu has no name", index);
	fuzz_expect(shdr.sh_link < out->n, "output: %s is linked to nothing", name);
	fuzz_expect((shdr.sh_addralign & (shdr.sh_addralign - 1)) == 0,
		    "output: %s has an impossible alignment", name);
	fuzz_expect(data && (shdr.sh_type == SHT_NOBITS || data->d_size == shdr.sh_size),
		    "output: %s is not all in the file", name);
	if (shdr.sh_type == SHT_SYMTAB) {
		fuzz_expect(!out->symbols, "output: two symbol tables");
		out->symbols = data;
		out->n_symbols = shdr.sh_size / sizeof(Elf64_Sym);
	}
	if (strcmp(name, KMEND_SEC_FUNCS) == 0)
		fuzz_expect(shdr.sh_size % sizeof(struct kmend_func) == 0,
			    "output: %s has half a record", name);
}

static void check_symbol(const struct output *out, size_t i, size_t strings, size_t n_local)
{
	GElf_Sym symbol;
	GElf_Shdr shdr;

	fuzz_expect(gelf_getsym(out->symbols, i, &symbol), "output: no symbol %zu", i);
	fuzz_expect(elf_strptr(out->elf, strings, symbol.st_name), "output: no name of symbol %zu",
		    i);
	fuzz_expect((GELF_ST_BIND(symbol.st_info) == STB_LOCAL) == (i < n_local),
		    "output: symbol %zu is on the wrong side of the local ones", i);
	if (symbol.st_shndx == SHN_UNDEF)
		return;
	fuzz_expect(symbol.st_shndx < out->n, "output: symbol %zu is in no section", i);
	shdr = header(out, symbol.st_shndx);
	fuzz_expect(symbol.st_value <= shdr.sh_size, "output: symbol %s is outside of its section",
		    elf_strptr(out->elf, strings, symbol.st_name));
}

static void check_symbols(const struct output *out)
{
	for (size_t i = 1; i < out->n; i++) {
		GElf_Shdr shdr = header(out, i);

		for (size_t k = 1; shdr.sh_type == SHT_SYMTAB && k < out->n_symbols; k++)
			check_symbol(out, k, shdr.sh_link, shdr.sh_info);
	}
}

#define CALL 0xe8
#define JUMP 0xe9

/* A branch that the patch brings along stays inside of what it brings. */
static void check_target(const struct output *out, const GElf_Rela *rela, const GElf_Shdr *from,
			 const char *in, uint8_t before)
{
	GElf_Sym symbol;
	GElf_Shdr shdr;

	fuzz_expect(gelf_getsym(out->symbols, GELF_R_SYM(rela->r_info), &symbol),
		    "output: a relocation of %s is against no symbol", in);
	/* An address that is loaded or stored to has this type, too, after a mutation. */
	if (!(from->sh_flags & SHF_EXECINSTR) || symbol.st_shndx == SHN_UNDEF ||
	    GELF_R_TYPE(rela->r_info) != R_X86_64_PLT32 || (before != CALL && before != JUMP))
		return;
	shdr = header(out, symbol.st_shndx);
	fuzz_expect(!(shdr.sh_flags & SHF_EXECINSTR) ||
			    symbol.st_value + rela->r_addend + 4 <= shdr.sh_size,
		    "output: a branch in %s leads out of its section", in);
}

static void check_relocs(const struct output *out, size_t index)
{
	GElf_Shdr shdr = header(out, index), target;
	Elf_Data *data = elf_getdata(elf_getscn(out->elf, index), NULL), *bytes;
	const char *name;

	if (shdr.sh_type != SHT_RELA)
		return;
	fuzz_expect(shdr.sh_info && shdr.sh_info < out->n && shdr.sh_entsize == sizeof(Elf64_Rela),
		    "output: relocations of no section");
	target = header(out, shdr.sh_info);
	name = elf_strptr(out->elf, out->names, target.sh_name);
	fuzz_expect(target.sh_type != SHT_NOBITS, "output: relocations of %s, which has no bytes",
		    name);
	bytes = elf_getdata(elf_getscn(out->elf, shdr.sh_info), NULL);
	for (size_t i = 0; i < shdr.sh_size / sizeof(Elf64_Rela); i++) {
		const uint8_t *before;
		GElf_Rela rela;
		unsigned width;

		fuzz_expect(gelf_getrela(data, i, &rela), "output: no relocation %zu", i);
		width = arch_reloc_width(GELF_R_TYPE(rela.r_info));
		fuzz_expect(width && rela.r_offset <= target.sh_size &&
				    width <= target.sh_size - rela.r_offset,
			    "output: a relocation outside of %s", name);
		before = rela.r_offset ? (const uint8_t *)bytes->d_buf + rela.r_offset - 1 : NULL;
		check_target(out, &rela, &target, name, before ? *before : 0);
	}
}

void readback_check(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct output out = {.elf = elf_begin(fd, ELF_C_READ, NULL)};

	fuzz_expect(out.elf && elf_kind(out.elf) == ELF_K_ELF &&
			    elf_getshdrnum(out.elf, &out.n) == 0 &&
			    elf_getshdrstrndx(out.elf, &out.names) == 0,
		    "output: not an ELF file");
	for (size_t i = 1; i < out.n; i++)
		check_section(&out, i);
	fuzz_expect(out.symbols, "output: no symbol table");
	check_symbols(&out);
	for (size_t i = 1; i < out.n; i++)
		check_relocs(&out, i);
	elf_end(out.elf);
	close(fd);
}
