// SPDX-License-Identifier: GPL-2.0
/*
 * sites FILE.ko MODULE: what the kernel has made of the places that a loaded module's special
 * sections name, as its memory (/proc/kcore) has them now. One line a section:
 *
 *   .smp_locks 4 lock
 *   .return_sites 12 thunk:its_return_thunk 3 ret
 *
 * "first-half" is that of a cache line, where some processors may not return.
 * Status 1 where a place was left as the compiler made it, though the kernel always changes it, or
 * is something that cannot be there.
 */
#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct module {
	const uint8_t *data;
	const Elf64_Shdr *sections;
	size_t n_sections;
	const char *names, *name;
};

static struct {
	int fd;
	Elf64_Phdr segments[256];
	size_t n_segments;
} kcore;

/* Outcomes of one section's places, each with how often it was met. */
struct tally {
	struct {
		char what[80];
		unsigned n;
	} items[32];
	size_t n;
	bool is_bad;
};

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static void count(struct tally *tally, const char *what)
{
	size_t i;

	for (i = 0; i < tally->n; i++)
		if (strcmp(tally->items[i].what, what) == 0)
			break;
	if (i == tally->n && tally->n < 32)
		snprintf(tally->items[tally->n++].what, sizeof(tally->items[0].what), "%s", what);
	if (i < 32)
		tally->items[i].n++;
}

static void bad(struct tally *tally, const uint8_t *code, const char *what)
{
	char text[80];

	snprintf(text, sizeof(text), "BAD(%s:%02x%02x%02x%02x%02x)", what, code[0], code[1],
		 code[2], code[3], code[4]);
	count(tally, text);
	tally->is_bad = true;
}

static void kcore_open(void)
{
	Elf64_Ehdr header;

	kcore.fd = open("/proc/kcore", O_RDONLY);
	if (kcore.fd < 0 || pread(kcore.fd, &header, sizeof(header), 0) != sizeof(header))
		die("/proc/kcore");
	kcore.n_segments = header.e_phnum < 256 ? header.e_phnum : 256;
	if (pread(kcore.fd, kcore.segments, kcore.n_segments * sizeof(Elf64_Phdr), header.e_phoff) <
	    0)
		die("/proc/kcore");
}

static void kcore_read(uint64_t address, uint8_t *to, size_t size)
{
	for (size_t i = 0; i < kcore.n_segments; i++) {
		const Elf64_Phdr *segment = &kcore.segments[i];

		if (segment->p_type != PT_LOAD || address < segment->p_vaddr ||
		    address + size > segment->p_vaddr + segment->p_memsz)
			continue;
		if (pread(kcore.fd, to, size, segment->p_offset + address - segment->p_vaddr) !=
		    (ssize_t)size)
			die("/proc/kcore");
		return;
	}
	fprintf(stderr, "%#llx is not in /proc/kcore\n", (unsigned long long)address);
	exit(2);
}

/* The name of a place of the kernel, without its module; "?" where none is known. */
static void name_of(uint64_t address, char *ret, size_t size)
{
	static uint64_t last;
	static char last_name[64] = "?";
	char line[512], name[256];
	unsigned long long at;
	FILE *f;

	if (address != last) {
		f = fopen("/proc/kallsyms", "r");
		if (!f)
			die("/proc/kallsyms");
		snprintf(last_name, sizeof(last_name), "?");
		while (fgets(line, sizeof(line), f))
			if (sscanf(line, "%llx %*c %255s", &at, name) == 2 && at == address) {
				snprintf(last_name, sizeof(last_name), "%.63s", name);
				break;
			}
		fclose(f);
		last = address;
	}
	snprintf(ret, size, "%s", last_name);
}

/* Where a call or jump with a displacement of 32 bits goes to. */
static uint64_t branch_target(uint64_t address, const uint8_t *code)
{
	int32_t displacement;

	memcpy(&displacement, code + 1, sizeof(displacement));
	return address + 5 + displacement;
}

static void count_branch(struct tally *tally, const char *what, uint64_t address,
			 const uint8_t *code)
{
	char name[64], text[80];

	name_of(branch_target(address, code), name, sizeof(name));
	snprintf(text, sizeof(text), "%s:%s", what, name);
	count(tally, text);
}

static const uint8_t nop5[] = {0x0f, 0x1f, 0x44, 0x00, 0x00};
static const uint8_t zero5[] = {0x66, 0x66, 0x48, 0x31, 0xc0};
static const uint8_t zero5_cs[] = {0x2e, 0x2e, 0x2e, 0x31, 0xc0};

static bool is(const uint8_t *code, const uint8_t *what)
{
	return memcmp(code, what, 5) == 0;
}

static void check_return(struct tally *tally, uint64_t address, const uint8_t *code,
			 const uint8_t *built)
{
	(void)built;
	if (code[0] == 0xc3)
		count(tally, address & 0x20 ? "ret" : "ret:first-half");
	else if (code[0] == 0xe9)
		count_branch(tally, "thunk", address, code);
	else
		bad(tally, code, "return");
}

static void check_retpoline(struct tally *tally, uint64_t address, const uint8_t *code,
			    const uint8_t *built)
{
	unsigned prefix = code[0] == 0x2e;

	(void)built;
	if (code[prefix] == 0xe8 || code[prefix] == 0xe9)
		count_branch(tally, "thunk", address + prefix, code + prefix);
	else if (code[0] == 0x0f && code[1] >= 0x80 && code[1] <= 0x8f)
		count(tally, "conditional");
	else if (code[0] == 0x0f && code[1] == 0xae && code[2] == 0xe8)
		count(tally, "lfence");
	else if (code[prefix] == 0xff || (code[prefix] == 0x41 && code[prefix + 1] == 0xff))
		count(tally, "indirect");
	else
		bad(tally, code, "retpoline");
}

static void check_lock(struct tally *tally, uint64_t address, const uint8_t *code,
		       const uint8_t *built)
{
	(void)address;
	(void)built;
	if (code[0] == 0xf0)
		count(tally, "lock");
	else if (code[0] == 0x3e)
		count(tally, "unlocked");
	else
		bad(tally, code, "lock");
}

/* The kernel always puts something better in the place of a call through a table. */
static void check_paravirt(struct tally *tally, uint64_t address, const uint8_t *code,
			   const uint8_t *built)
{
	(void)built;
	if (code[0] == 0xff && (code[1] == 0x14 || code[1] == 0x15))
		bad(tally, code, "paravirt");
	else if (code[0] == 0xe8)
		count_branch(tally, "call", address, code);
	else
		count(tally, "inline");
}

static void check_jump(struct tally *tally, uint64_t address, const uint8_t *code,
		       const uint8_t *built)
{
	(void)address;
	(void)built;
	if (code[0] == 0xeb || code[0] == 0xe9)
		count(tally, "jump");
	else if (is(code, nop5) || (code[0] == 0x66 && code[1] == 0x90))
		count(tally, "nop");
	else
		bad(tally, code, "jump");
}

static void check_static_call(struct tally *tally, uint64_t address, const uint8_t *code,
			      const uint8_t *built)
{
	char name[64];

	(void)built;
	if (is(code, nop5))
		count(tally, "nop");
	else if (is(code, zero5) || is(code, zero5_cs))
		count(tally, "zero");
	else if (code[0] == 0xc3)
		count(tally, "ret");
	else if (code[0] == 0xe8 || code[0] == 0xe9) {
		name_of(branch_target(address, code), name, sizeof(name));
		if (strncmp(name, "__SCT__", 7) == 0)
			bad(tally, code, "trampoline");
		else
			count_branch(tally, "call", address, code);
	} else {
		bad(tally, code, "static call");
	}
}

static void check_fentry(struct tally *tally, uint64_t address, const uint8_t *code,
			 const uint8_t *built)
{
	(void)built;
	if (is(code, nop5))
		count(tally, "nop");
	else if (code[0] == 0xe8)
		count_branch(tally, "call", address, code);
	else
		bad(tally, code, "fentry");
}

static void check_alternative(struct tally *tally, uint64_t address, const uint8_t *code,
			      const uint8_t *built)
{
	(void)address;
	count(tally, memcmp(code, built, 2) ? "replaced" : "kept");
}

/* Where calls are counted, each goes to what stands before its function: sarq $5, %gs:... */
static void check_call(struct tally *tally, uint64_t address, const uint8_t *code,
		       const uint8_t *built)
{
	static const uint8_t counting[] = {0x65, 0x48, 0xc1};
	uint8_t target[sizeof(counting)];

	(void)built;
	if (code[0] != 0xe8) {
		count(tally, "replaced");
		return;
	}
	kcore_read(branch_target(address, code), target, sizeof(target));
	count(tally, memcmp(target, counting, sizeof(counting)) ? "call" : "counted");
}

/* What no indirect call may reach begins with a no-op that says so. */
static void check_seal(struct tally *tally, uint64_t address, const uint8_t *code,
		       const uint8_t *built)
{
	static const uint8_t sealed[] = {0x66, 0x0f, 0x1f, 0x00};

	(void)address;
	(void)built;
	if (memcmp(code, sealed, sizeof(sealed)) == 0)
		count(tally, "sealed");
	else
		bad(tally, code, "seal");
}

static const struct {
	const char *name;
	unsigned size; /* of an entry; 0: found from its relocations */
	void (*check)(struct tally *tally, uint64_t address, const uint8_t *code,
		      const uint8_t *built);
} tables[] = {
	{".return_sites", 4, check_return}, {".retpoline_sites", 4, check_retpoline},
	{".smp_locks", 4, check_lock},      {".parainstructions", 16, check_paravirt},
	{"__jump_table", 16, check_jump},   {".static_call_sites", 8, check_static_call},
	{"__mcount_loc", 8, check_fentry},  {".altinstructions", 0, check_alternative},
	{".call_sites", 4, check_call},     {".ibt_endbr_seal", 4, check_seal},
};

static const char *section_name(const struct module *module, size_t i)
{
	return module->names + module->sections[i].sh_name;
}

static uint64_t address_of(const struct module *module, size_t i)
{
	unsigned long long address = 0;
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/module/%s/sections/%s", module->name,
		 section_name(module, i));
	f = fopen(path, "r");
	if (!f || fscanf(f, "%llx", &address) != 1)
		die(path);
	fclose(f);
	return address;
}

/* struct alt_instr begins with two relocated fields; what follows them is 4 or 6 bytes. */
static unsigned alternative_size(const Elf64_Rela *relocs, size_t n, uint64_t size)
{
	return n >= 3 ? relocs[2].r_offset - relocs[0].r_offset : size;
}

static void check_relocs(const struct module *module, size_t table, size_t relocs_of,
			 struct tally *tally)
{
	const Elf64_Shdr *section = &module->sections[relocs_of];
	const Elf64_Shdr *described = &module->sections[section->sh_info];
	const Elf64_Rela *relocs = (const void *)(module->data + section->sh_offset);
	const Elf64_Sym *symbols =
		(const void *)(module->data + module->sections[section->sh_link].sh_offset);
	size_t n = section->sh_size / sizeof(*relocs);
	unsigned size = tables[table].size ?: alternative_size(relocs, n, described->sh_size);

	for (size_t i = 0; i < n; i++) {
		const Elf64_Sym *symbol = &symbols[ELF64_R_SYM(relocs[i].r_info)];
		uint64_t at = symbol->st_value + relocs[i].r_addend, address;
		uint8_t code[8];

		if (relocs[i].r_offset % size || symbol->st_shndx == SHN_UNDEF ||
		    symbol->st_shndx >= module->n_sections ||
		    strncmp(section_name(module, symbol->st_shndx), ".init", 5) == 0)
			continue;
		address = address_of(module, symbol->st_shndx) + at;
		kcore_read(address, code, sizeof(code));
		tables[table].check(tally, address, code,
				    module->data + module->sections[symbol->st_shndx].sh_offset +
					    at);
	}
}

static bool check_table(const struct module *module, size_t table)
{
	struct tally tally = {0};

	for (size_t i = 0; i < module->n_sections; i++) {
		const Elf64_Shdr *section = &module->sections[i];

		if (section->sh_type == SHT_RELA && section->sh_info < module->n_sections &&
		    strncmp(section_name(module, i), ".rela", 5) == 0 &&
		    strcmp(section_name(module, section->sh_info), tables[table].name) == 0)
			check_relocs(module, table, i, &tally);
	}
	if (tally.n == 0)
		return true;
	printf("%s", tables[table].name);
	for (size_t i = 0; i < tally.n; i++)
		printf(" %u %s", tally.items[i].n, tally.items[i].what);
	printf("\n");
	return !tally.is_bad;
}

static void module_open(struct module *module, const char *path)
{
	int fd = open(path, O_RDONLY);
	const Elf64_Ehdr *header;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		die(path);
	module->data = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (module->data == MAP_FAILED)
		die(path);
	header = (const void *)module->data;
	module->sections = (const void *)(module->data + header->e_shoff);
	module->n_sections = header->e_shnum;
	module->names = (const char *)module->data + module->sections[header->e_shstrndx].sh_offset;
}

int main(int argc, char *argv[])
{
	struct module module = {0};
	bool is_good = true;

	if (argc != 3)
		return 2;
	module_open(&module, argv[1]);
	module.name = argv[2];
	kcore_open();
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		is_good &= check_table(&module, i);
	return !is_good;
}
