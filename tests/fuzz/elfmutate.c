// SPDX-License-Identifier: GPL-2.0
#include "elfmutate.h"

#include <elf.h>
#include <string.h>

#include "target.h"

struct file {
	uint8_t *data;
	size_t size, max;
	struct random *random;
	size_t headers, n; /* offset and number of section headers */
};

static uint64_t interesting(struct file *f)
{
	static const uint64_t numbers[] = {
		0,
		1,
		2,
		3,
		4,
		5,
		7,
		8,
		12,
		13,
		15,
		16,
		23,
		24,
		25,
		31,
		32,
		40,
		63,
		64,
		0x7f,
		0x80,
		0xff,
		0x100,
		0xfeff,
		0xff00,
		0xffff,
		0x10000,
		0x7fffffff,
		0x80000000,
		0xffffffff,
		0x100000000,
		(uint64_t)1 << 40,
		INT64_MAX,
		(uint64_t)1 << 63,
		UINT64_MAX - 3,
		UINT64_MAX,
	};

	return random_of(f->random, numbers);
}

/* A number near an old one, a multiple of it, or one that is interesting anywhere. */
static uint64_t another(struct file *f, uint64_t old, uint64_t limit)
{
	switch (random_below(f->random, 8)) {
	case 0:
		return old + 1;
	case 1:
		return old - 1;
	case 2:
		return old + 8 * (random_below(f->random, 17) - 8);
	case 3:
		return old * 2;
	case 4:
		return limit;
	case 5:
		return limit - random_below(f->random, 16);
	case 6:
		return random_below(f->random, limit + 1);
	default:
		return interesting(f);
	}
}

static Elf64_Ehdr *ehdr(struct file *f)
{
	return (Elf64_Ehdr *)f->data;
}

static bool find_headers(struct file *f)
{
	Elf64_Shdr first;

	if (f->size < sizeof(Elf64_Ehdr) || memcmp(f->data, ELFMAG, SELFMAG) != 0)
		return false;
	f->headers = ehdr(f)->e_shoff;
	f->n = ehdr(f)->e_shnum;
	if (f->headers % 8 || f->headers > f->size || f->size - f->headers < sizeof(Elf64_Shdr))
		return false;
	memcpy(&first, f->data + f->headers, sizeof(first));
	if (f->n == 0)
		f->n = first.sh_size;
	if (f->n > (f->size - f->headers) / sizeof(Elf64_Shdr))
		f->n = (f->size - f->headers) / sizeof(Elf64_Shdr);
	return f->n > 1;
}

static Elf64_Shdr *header(struct file *f, size_t i)
{
	return (Elf64_Shdr *)(f->data + f->headers) + i;
}

static size_t any_section(struct file *f)
{
	return random_below(f->random, f->n);
}

static bool is_inside(const struct file *f, const Elf64_Shdr *shdr)
{
	return shdr->sh_type != SHT_NOBITS && shdr->sh_offset <= f->size &&
	       shdr->sh_size <= f->size - shdr->sh_offset;
}

static Elf64_Shdr *find_section(struct file *f, uint32_t type)
{
	size_t start = any_section(f);

	for (size_t i = 0; i < f->n; i++) {
		Elf64_Shdr *shdr = header(f, (start + i) % f->n);

		if (shdr->sh_type == type && is_inside(f, shdr))
			return shdr;
	}
	return NULL;
}

/* Entry i of a table within the file, of any alignment; NULL: there is none. */
static void *any_entry(struct file *f, const Elf64_Shdr *shdr, size_t size)
{
	size_t n = shdr ? shdr->sh_size / size : 0;

	return n ? f->data + shdr->sh_offset + size * random_below(f->random, n) : NULL;
}

static void mutate_flags(struct file *f, Elf64_Shdr *shdr)
{
	static const uint64_t flags[] = {
		SHF_WRITE,   SHF_ALLOC,      SHF_EXECINSTR,  SHF_MERGE,
		SHF_STRINGS, SHF_INFO_LINK,  SHF_LINK_ORDER, SHF_GROUP,
		SHF_TLS,     SHF_COMPRESSED, 0x00100000,     SHF_EXCLUDE,
	};

	shdr->sh_flags ^= random_of(f->random, flags);
}

static void mutate_type(struct file *f, Elf64_Shdr *shdr)
{
	static const uint32_t types[] = {
		SHT_NULL,    SHT_PROGBITS,     SHT_SYMTAB, SHT_STRTAB, SHT_RELA,   SHT_HASH,
		SHT_DYNAMIC, SHT_NOTE,         SHT_NOBITS, SHT_REL,    SHT_DYNSYM, SHT_INIT_ARRAY,
		SHT_GROUP,   SHT_SYMTAB_SHNDX, 0x6fff4c03, 0x70000001, UINT32_MAX,
	};

	shdr->sh_type = random_of(f->random, types);
}

static void mutate_header(struct file *f)
{
	Elf64_Shdr *shdr = header(f, any_section(f)), *other = header(f, any_section(f));

	switch (random_below(f->random, 12)) {
	case 0:
		shdr->sh_name = random_chance(f->random, 80) ? other->sh_name :
							       another(f, shdr->sh_name, f->size);
		break;
	case 1:
		mutate_type(f, shdr);
		break;
	case 2:
	case 3:
		mutate_flags(f, shdr);
		break;
	case 4:
		shdr->sh_offset = random_chance(f->random, 50) ?
					  other->sh_offset :
					  another(f, shdr->sh_offset, f->size);
		break;
	case 5:
	case 6:
		shdr->sh_size = another(f, shdr->sh_size,
					shdr->sh_offset < f->size ? f->size - shdr->sh_offset : 64);
		break;
	case 7:
		shdr->sh_link = another(f, shdr->sh_link, f->n);
		break;
	case 8:
		shdr->sh_info = another(f, shdr->sh_info, f->n);
		break;
	case 9:
		shdr->sh_addralign = random_chance(f->random, 50) ?
					     (uint64_t)1 << random_below(f->random, 64) :
					     interesting(f);
		break;
	case 10:
		shdr->sh_entsize = interesting(f);
		break;
	default: {
		Elf64_Shdr swapped = *shdr;

		*shdr = *other;
		if (random_chance(f->random, 70))
			*other = swapped;
	}
	}
}

static void mutate_symbol_place(struct file *f, Elf64_Sym *symbol)
{
	static const uint16_t places[] = {SHN_UNDEF,  SHN_LORESERVE, SHN_ABS,
					  SHN_COMMON, SHN_XINDEX,    0xff20};
	const Elf64_Shdr *shdr = header(f, symbol->st_shndx < f->n ? symbol->st_shndx : 0);

	switch (random_below(f->random, 6)) {
	case 0:
		symbol->st_shndx = random_of(f->random, places);
		break;
	case 1:
		symbol->st_shndx = another(f, symbol->st_shndx, f->n);
		break;
	case 2:
	case 3:
		symbol->st_value = another(f, symbol->st_value, shdr->sh_size);
		break;
	default:
		symbol->st_size = another(f, symbol->st_size, shdr->sh_size - symbol->st_value);
	}
}

static void mutate_symbol(struct file *f)
{
	const Elf64_Shdr *table = find_section(f, SHT_SYMTAB);
	Elf64_Sym *at = any_entry(f, table, sizeof(*at)), *from = any_entry(f, table, sizeof(*at));
	Elf64_Sym symbol, other;

	if (!at)
		return;
	memcpy(&symbol, at, sizeof(symbol));
	memcpy(&other, from, sizeof(other));
	switch (random_below(f->random, 8)) {
	case 0:
		symbol.st_name = other.st_name;
		break;
	case 1:
		symbol.st_name = another(f, symbol.st_name, f->size);
		break;
	case 2:
		symbol.st_info =
			ELF64_ST_INFO(random_below(f->random, 4), random_below(f->random, 8));
		break;
	case 3:
		symbol.st_info = interesting(f);
		break;
	case 4:
		memcpy(from, &symbol, sizeof(symbol));
		if (random_chance(f->random, 70))
			symbol = other;
		break;
	default:
		mutate_symbol_place(f, &symbol);
	}
	memcpy(at, &symbol, sizeof(symbol));
}

static void mutate_reloc(struct file *f)
{
	static const uint8_t types[] = {R_X86_64_NONE,     R_X86_64_64, R_X86_64_PC32,
					R_X86_64_PLT32,    R_X86_64_32, R_X86_64_32S,
					R_X86_64_PC64,     R_X86_64_16, R_X86_64_8,
					R_X86_64_GOTPCREL, 255};
	const Elf64_Shdr *table = find_section(f, SHT_RELA);
	const Elf64_Shdr *symbols = find_section(f, SHT_SYMTAB);
	Elf64_Rela *at = any_entry(f, table, sizeof(*at)), *from = any_entry(f, table, sizeof(*at));
	Elf64_Rela rela, other;
	uint64_t symbol, type;

	if (!at)
		return;
	memcpy(&rela, at, sizeof(rela));
	memcpy(&other, from, sizeof(other));
	symbol = ELF64_R_SYM(rela.r_info);
	type = ELF64_R_TYPE(rela.r_info);
	switch (random_below(f->random, 8)) {
	case 0:
		rela.r_offset = random_chance(f->random, 40) ?
					other.r_offset :
					another(f, rela.r_offset, table->sh_size);
		break;
	case 1:
		type = random_of(f->random, types);
		break;
	case 2:
	case 3:
		symbol = another(f, symbol, symbols ? symbols->sh_size / sizeof(Elf64_Sym) : 0);
		break;
	case 4:
		rela.r_addend = other.r_addend;
		break;
	case 5:
		rela.r_addend = another(f, rela.r_addend, 256);
		break;
	case 6:
		rela.r_addend = -another(f, -(uint64_t)rela.r_addend, 256);
		break;
	default:
		memcpy(from, &rela, sizeof(rela));
		rela = other;
		memcpy(at, &rela, sizeof(rela));
		return;
	}
	rela.r_info = ELF64_R_INFO(symbol, type & 0xffffffff);
	memcpy(at, &rela, sizeof(rela));
}

/* Names that mean something to whoever reads the object. */
static const char *const words[] = {
	"__bug_table",      ".altinstructions",
	".smp_locks",       "__ex_table",
	"__jump_table",     ".static_call_sites",
	".orc_unwind_ip",   ".orc_unwind",
	"__dyndbg",         "__ksymtab_a",
	"__tracepoints",    ".discard.a",
	".init.text",       ".exit.text",
	".rodata.str1.1",   ".cold",
	".isra.0",          ".part.1",
	".constprop.2",     ".123",
	"__key.1",          "_rs.2",
	"__func__.3",       ".L1",
	"__pfx_a",          "__fentry__",
	"__mcount_loc",     ".text.unlikely.a",
	".data..percpu..a", ".altinstr_replacement",
	"__this_module",    ".klp.sym.vmlinux.a,1",
	"__UNIQUE_ID_a1",   "C.4",
};

static void mutate_name(struct file *f)
{
	const Elf64_Shdr *table = find_section(f, SHT_STRTAB);
	const char *word = random_of(f->random, words);
	size_t n = strlen(word) + random_below(f->random, 2), at;

	if (!table || table->sh_size <= n)
		return;
	at = random_below(f->random, table->sh_size - n);
	/* Whole names, or the end of one, more often than anywhere. */
	if (random_chance(f->random, 80))
		while (at > 0 && f->data[table->sh_offset + at - 1])
			at--;
	if (random_chance(f->random, 20))
		f->data[table->sh_offset + at + random_below(f->random, n + 1)] =
			random_next(f->random);
	else
		memcpy(f->data + table->sh_offset + at, word, n);
}

static void mutate_contents(struct file *f)
{
	Elf64_Shdr *shdr = header(f, any_section(f));
	uint64_t value = interesting(f);
	size_t width = (size_t)1 << random_below(f->random, 4), at;

	if (!is_inside(f, shdr) || shdr->sh_size < width)
		return;
	at = shdr->sh_offset + random_below(f->random, shdr->sh_size - width + 1);
	switch (random_below(f->random, 3)) {
	case 0:
		f->data[at] ^= 1 << random_below(f->random, 8);
		break;
	case 1:
		f->data[at] = random_next(f->random);
		break;
	default:
		memcpy(f->data + at, &value, width);
	}
}

static void mutate_ehdr(struct file *f)
{
	Elf64_Ehdr *e = ehdr(f);

	switch (random_below(f->random, 7)) {
	case 0:
		e->e_shnum = another(f, e->e_shnum, f->n);
		break;
	case 1:
		e->e_shstrndx = another(f, e->e_shstrndx, f->n);
		break;
	case 2:
		e->e_shoff = another(f, e->e_shoff, f->size);
		break;
	case 3:
		e->e_type = interesting(f);
		break;
	case 4:
		e->e_shentsize = interesting(f);
		break;
	case 5:
		e->e_ident[random_below(f->random, EI_NIDENT)] = interesting(f);
		break;
	default:
		e->e_machine = random_chance(f->random, 50) ? EM_X86_64 : interesting(f);
	}
}

/* The numbers that do not fit into 16 bits stand elsewhere, and may be anything there. */
static void mutate_numbering(struct file *f)
{
	Elf64_Ehdr *e = ehdr(f);
	Elf64_Shdr *first = header(f, 0);
	const Elf64_Shdr *table = find_section(f, SHT_SYMTAB);
	Elf64_Sym *symbol = any_entry(f, table, sizeof(*symbol));

	switch (random_below(f->random, 4)) {
	case 0:
		e->e_shnum = 0;
		first->sh_size = random_chance(f->random, 60) ? f->n : another(f, f->n, f->n);
		break;
	case 1:
		first->sh_link = random_chance(f->random, 60) ? e->e_shstrndx :
								another(f, f->n, f->n);
		e->e_shstrndx = SHN_XINDEX;
		break;
	case 2:
		header(f, any_section(f))->sh_type = SHT_SYMTAB_SHNDX;
		break;
	}
	if (symbol && random_chance(f->random, 60)) {
		uint16_t place = SHN_XINDEX;

		memcpy((uint8_t *)symbol + offsetof(Elf64_Sym, st_shndx), &place, sizeof(place));
	}
}

/* The table of headers moves to the end and gets one more. */
static void add_section(struct file *f)
{
	size_t at = (f->size + 7) & ~(size_t)7, size = (f->n + 1) * sizeof(Elf64_Shdr);
	size_t like = any_section(f);

	if (at + size > f->max || f->n + 1 >= SHN_LORESERVE)
		return;
	memset(f->data + f->size, 0, at - f->size);
	memmove(f->data + at, f->data + f->headers, f->n * sizeof(Elf64_Shdr));
	ehdr(f)->e_shoff = f->headers = at;
	f->size = at + size;
	memcpy(header(f, f->n), header(f, like), sizeof(Elf64_Shdr));
	ehdr(f)->e_shnum = ++f->n;
}

static void mutate_once(struct file *f)
{
	unsigned what = random_below(f->random, 100);

	if (what < 24)
		mutate_reloc(f);
	else if (what < 46)
		mutate_symbol(f);
	else if (what < 66)
		mutate_header(f);
	else if (what < 80)
		mutate_contents(f);
	else if (what < 91)
		mutate_name(f);
	else if (what < 94)
		mutate_numbering(f);
	else if (what < 97)
		mutate_ehdr(f);
	else if (what < 98)
		add_section(f);
	else if (what < 99)
		f->size = LLVMFuzzerMutate(f->data, f->size, f->max);
	else
		f->size = random_below(f->random, f->size + 1);
}

size_t elf_mutate(uint8_t *data, size_t size, size_t max, struct random *random)
{
	static const unsigned counts[] = {1, 1, 1, 1, 2, 2, 3, 5};
	struct file f = {.data = data, .size = size, .max = max, .random = random};

	for (unsigned n = random_of(random, counts); n > 0; n--) {
		if (!find_headers(&f))
			return LLVMFuzzerMutate(data, f.size, max);
		mutate_once(&f);
	}
	return f.size;
}
