// SPDX-License-Identifier: GPL-2.0
#include "symbolfile.h"

#include <ctype.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdbool.h>
#include <string.h>

#include "../../lib/buildid.h"
#include "../../lib/fileio.h"
#include "../base/files.h"

#define TEXT_MAX    (256UL * 1024 * 1024)
#define SYMBOLS_MAX 4000000
/* A list with fewer symbols is no kernel's: Debian's System.map is one line that says so. */
#define SYMBOLS_MIN 100
/* What lies below is absolute (per-CPU variables), and KASLR does not move it. */
#define KERNEL_MIN 0xffffffff80000000

struct list {
	const char *path;
	const struct symbolfile_image *image;
	struct diag_list *diags;
	struct kallsyms symbols;
	size_t allocated;
};

static int unusable(const struct list *list, unsigned line, const char *what)
{
	const struct diag_where where = {.file = list->path, .line = line};

	return diag_add(list->diags, KM333, DIAG_ERROR, -EINVAL, &where, "%s", what);
}

static int add(struct list *list, uint64_t address, char type, const char *name)
{
	struct kallsyms *symbols = &list->symbols;

	if (symbols->n_symbols == list->allocated) {
		size_t n = list->allocated ? 2 * list->allocated : 4096;
		void *grown = reallocarray(symbols->symbols, n, sizeof(*symbols->symbols));

		if (!grown)
			return -ENOMEM;
		symbols->symbols = grown;
		list->allocated = n;
	}
	if (symbols->n_symbols == SYMBOLS_MAX)
		return unusable(list, 0, "it has more symbols than a kernel");
	symbols->symbols[symbols->n_symbols++] = (struct kallsyms_symbol){address, type, name};
	return 0;
}

/* scripts/kallsyms.c and scripts/mksysmap leave these out; per-CPU variables are 'A' to kallsyms. */
static bool is_ignored(const char *name, char type)
{
	static const char *const prefixes[] = {"$", ".L", "__crc_"};

	if (!*name || strchr("aNnUu", type))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}

/* "ffffffff81000000 T _text", and " \t[module]" where it is a module's. */
static int take_line(struct list *list, char *line, unsigned number)
{
	char *end, *name, *rest;
	uint64_t address;

	if (!isxdigit((unsigned char)*line))
		return unusable(list, number, "not a line of a list of symbols");
	address = strtoull(line, &end, 16);
	if (*end != ' ' || !isalpha((unsigned char)end[1]) || end[2] != ' ')
		return unusable(list, number, "not a line of a list of symbols");
	name = end + 3;
	rest = name + strcspn(name, " \t");
	if (*rest && rest[strspn(rest, " \t")] == '[')
		return 0;
	/* Debian's stub is a sentence in the place of a name. */
	if (rest == name || *rest)
		return unusable(list, number, "not a line of a list of symbols");
	return is_ignored(name, end[1]) ? 0 : add(list, address, end[1], name);
}

static int take_text(struct list *list, char *text)
{
	unsigned number = 0;
	int r = 0;

	list->symbols.names = text;
	for (char *line = text, *next; r == 0 && line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		r = take_line(list, line, ++number);
	}
	return r;
}

static char letter_of(const GElf_Sym *symbol, Elf *elf)
{
	unsigned bind = GELF_ST_BIND(symbol->st_info);
	Elf_Scn *scn = elf_getscn(elf, symbol->st_shndx);
	GElf_Shdr shdr;
	char letter = 'd';

	if (scn && gelf_getshdr(scn, &shdr)) {
		if (shdr.sh_flags & SHF_EXECINSTR)
			letter = 't';
		else if (shdr.sh_type == SHT_NOBITS)
			letter = 'b';
		else if (!(shdr.sh_flags & SHF_WRITE))
			letter = 'r';
	}
	if (bind == STB_WEAK)
		return GELF_ST_TYPE(symbol->st_info) == STT_OBJECT ? 'V' : 'W';
	return bind == STB_LOCAL ? letter : toupper(letter);
}

static int take_elf_symbol(struct list *list, Elf *elf, const GElf_Sym *symbol, const char *strings,
			   size_t size)
{
	unsigned type = GELF_ST_TYPE(symbol->st_info);
	const char *name = strings + symbol->st_name;

	if (symbol->st_name >= size || !memchr(name, '\0', size - symbol->st_name))
		return unusable(list, 0, "a symbol's name is out of range");
	if (type == STT_FILE || type == STT_SECTION || symbol->st_shndx == SHN_UNDEF ||
	    symbol->st_shndx >= SHN_LORESERVE || is_ignored(name, 'T'))
		return 0;
	return add(list, symbol->st_value, letter_of(symbol, elf), name);
}

static int take_symtab(struct list *list, Elf *elf, Elf_Scn *scn, const GElf_Shdr *shdr)
{
	Elf_Scn *names = elf_getscn(elf, shdr->sh_link);
	Elf_Data *data = elf_getdata(scn, NULL), *strings = names ? elf_getdata(names, NULL) : NULL;
	size_t n = shdr->sh_entsize ? shdr->sh_size / shdr->sh_entsize : 0;
	int r = 0;

	if (!data || !strings || !strings->d_buf || strings->d_size == 0)
		return unusable(list, 0, "its symbol table cannot be read");
	/* The names have to outlive the file. */
	list->symbols.names = malloc(strings->d_size);
	if (!list->symbols.names)
		return -ENOMEM;
	memcpy(list->symbols.names, strings->d_buf, strings->d_size);
	for (size_t i = 1; r == 0 && i < n; i++) {
		GElf_Sym symbol;

		if (!gelf_getsym(data, i, &symbol))
			return unusable(list, 0, "its symbol table cannot be read");
		r = take_elf_symbol(list, elf, &symbol, list->symbols.names, strings->d_size);
	}
	return r;
}

static int check_build_id(const struct list *list, const Elf_Data *notes)
{
	char build_id[KMEND_BUILD_ID_LEN];
	const struct diag_where where = {.file = list->path};

	if (build_id_from_notes(notes->d_buf, notes->d_size, build_id) < 0 ||
	    strcmp(build_id, list->image->build_id) == 0)
		return 0;
	return diag_add(list->diags, KM334, DIAG_ERROR, -EINVAL, &where,
			"its build-id is %s, the image's is %s", build_id, list->image->build_id);
}

static int take_sections(struct list *list, Elf *elf)
{
	Elf_Scn *scn = NULL;
	int r = 0;

	if (elf_kind(elf) != ELF_K_ELF || gelf_getclass(elf) != ELFCLASS64)
		return unusable(list, 0, "it is no 64-bit ELF file");
	while (r == 0 && (scn = elf_nextscn(elf, scn))) {
		GElf_Shdr shdr;
		Elf_Data *data;

		if (!gelf_getshdr(scn, &shdr))
			return unusable(list, 0, "its section table is malformed");
		if (shdr.sh_type == SHT_SYMTAB && !list->symbols.names)
			r = take_symtab(list, elf, scn, &shdr);
		data = shdr.sh_type == SHT_NOTE ? elf_rawdata(scn, NULL) : NULL;
		if (r == 0 && data && data->d_buf)
			r = check_build_id(list, data);
	}
	if (r == 0 && !list->symbols.names)
		return unusable(list, 0, "it has no symbol table");
	return r;
}

static int take_elf(struct list *list, int fd)
{
	Elf *elf;
	int r;

	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (!elf)
		return unusable(list, 0, elf_errmsg(-1));
	r = take_sections(list, elf);
	elf_end(elf);
	return r;
}

/* Where the list has the beginning of the kernel's code. */
static int find_text(const struct list *list, uint64_t *ret)
{
	bool has_addresses = false;

	for (size_t i = 0; i < list->symbols.n_symbols; i++) {
		const struct kallsyms_symbol *symbol = &list->symbols.symbols[i];

		has_addresses |= symbol->address != 0;
		if (strcmp(symbol->name, "_text") == 0) {
			*ret = symbol->address;
			return symbol->address ? 0 : -ENODATA;
		}
	}
	return has_addresses ? -ENOENT : -ENODATA;
}

static int by_address(const void *a, const void *b)
{
	const struct kallsyms_symbol *x = a, *y = b;

	return (x->address > y->address) - (x->address < y->address);
}

static int finish(struct list *list)
{
	struct kallsyms *symbols = &list->symbols;
	uint64_t text;
	int r;

	if (symbols->n_symbols < SYMBOLS_MIN)
		return unusable(list, 0, "it has too few symbols to be a kernel's");
	r = find_text(list, &text);
	if (r == -ENODATA)
		return unusable(list, 0, "its addresses are all 0: read /proc/kallsyms as root");
	if (r < 0)
		return unusable(list, 0, "it has no symbol _text");
	for (size_t i = 0; i < symbols->n_symbols; i++)
		if (symbols->symbols[i].address >= KERNEL_MIN)
			symbols->symbols[i].address -= text - list->image->text;
	qsort(symbols->symbols, symbols->n_symbols, sizeof(*symbols->symbols), by_address);
	return 0;
}

int symbolfile_parse(const char *text, const char *path, const struct symbolfile_image *image,
		     struct diag_list *diags, struct kallsyms *ret)
{
	struct list list = {.path = path, .image = image, .diags = diags};
	char *copy = strdup(text);
	int r;

	r = copy ? take_text(&list, copy) : -ENOMEM;
	r = r ?: finish(&list);
	if (r < 0) {
		kallsyms_done(&list.symbols);
		return r;
	}
	*ret = list.symbols;
	return 0;
}

static int read_elf(int fd, const char *path, const struct symbolfile_image *image,
		    struct diag_list *diags, struct kallsyms *ret)
{
	struct list list = {.path = path, .image = image, .diags = diags};
	int r;

	r = take_elf(&list, fd);
	r = r ?: finish(&list);
	if (r < 0) {
		kallsyms_done(&list.symbols);
		return r;
	}
	*ret = list.symbols;
	return 0;
}

int symbolfile_read(const char *path, const struct symbolfile_image *image, struct diag_list *diags,
		    struct kallsyms *ret)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	const struct diag_where where = {.file = path};
	_cleanup_free_ char *text = NULL;
	char magic[SELFMAG];
	int r;

	if (fd < 0)
		return diag_add(diags, KM102, DIAG_ERROR, -errno, &where, "%s", strerror(errno));
	if (pread(fd, magic, sizeof(magic), 0) == sizeof(magic) &&
	    memcmp(magic, ELFMAG, SELFMAG) == 0)
		return read_elf(fd, path, image, diags, ret);
	r = file_read(path, TEXT_MAX, &text, NULL);
	if (r < 0)
		return diag_add(diags, KM102, DIAG_ERROR, r, &where, "%s", strerror(-r));
	return symbolfile_parse(text, path, image, diags, ret);
}

static int by_name(const void *a, const void *b)
{
	const struct kallsyms_symbol *x = *(struct kallsyms_symbol *const *)a;
	const struct kallsyms_symbol *y = *(struct kallsyms_symbol *const *)b;

	return strcmp(x->name, y->name) ?: by_address(x, y);
}

static const struct kallsyms_symbol **sorted(const struct kallsyms *symbols)
{
	const struct kallsyms_symbol **order = calloc(symbols->n_symbols + 1, sizeof(*order));

	for (size_t i = 0; order && i < symbols->n_symbols; i++)
		order[i] = &symbols->symbols[i];
	if (order)
		qsort(order, symbols->n_symbols, sizeof(*order), by_name);
	return order;
}

int symbolfile_compare(const char *path, const struct kallsyms *list, const struct kallsyms *own,
		       struct diag_list *diags)
{
	_cleanup_free_ const struct kallsyms_symbol **a = sorted(list), **b = sorted(own);
	const struct diag_where where = {.file = path};
	size_t at = 0;

	if (!a || !b)
		return -ENOMEM;
	for (size_t i = 0; i < own->n_symbols; i++) {
		while (at < list->n_symbols && by_name(&a[at], &b[i]) < 0)
			at++;
		if (at == list->n_symbols || by_name(&a[at], &b[i]) != 0)
			return diag_add(diags, KM334, DIAG_ERROR, -EINVAL, &where,
					"the image has %s at %#llx, the list has not", b[i]->name,
					(unsigned long long)b[i]->address);
		at++;
	}
	return 0;
}
