// SPDX-License-Identifier: GPL-2.0
#include "shipped.h"

#include <fts.h>
#include <string.h>

#include "../../lib/buildid.h"
#include "../object/arch.h"
#include "../../lib/fileio.h"
#include "../../lib/strv.h"
#include "../base/files.h"
#include "unpack.h"

#define ORDER_MAX (4UL * 1024 * 1024)

int shipped_open_image(const struct kernel *kernel, const struct image *image, struct shipped **ret)
{
	_cleanup_shipped_ struct shipped *shipped = calloc(1, sizeof(*shipped));

	if (!shipped)
		return -ENOMEM;
	shipped->name = strdup(KMEND_OBJECT_VMLINUX);
	shipped->path = strdup(kernel->vmlinuz);
	if (!shipped->name || !shipped->path)
		return -ENOMEM;
	shipped->image = image;
	memcpy(shipped->build_id, image->build_id, sizeof(shipped->build_id));
	*ret = TAKE_PTR(shipped);
	return 0;
}

static const char *const suffixes[] = {".ko", ".ko.xz", ".ko.zst", ".ko.gz"};

static int unreadable(struct diag_list *diags, int r, const char *name, const char *what)
{
	return diag_error(diags, KM311, r, "module %s: %s", name, what);
}

/* A line "kernel/drivers/net/xen-netback/xen-netback.ko" is the module xen_netback. */
static bool is_line_of(const char *line, size_t n, const char *name)
{
	const char *base = memrchr(line, '/', n);
	size_t n_name = strlen(name);

	base = base ? base + 1 : line;
	if ((size_t)(line + n - base) != n_name + 3 || memcmp(line + n - 3, ".ko", 3) != 0)
		return false;
	for (size_t i = 0; i < n_name; i++)
		if ((base[i] == '-' ? '_' : base[i]) != name[i])
			return false;
	return true;
}

/* The module's path below the modules' folder, without suffix; -ENOENT. */
static int find_in_order(const struct kernel *kernel, const char *name, struct diag_list *diags,
			 char **ret)
{
	_cleanup_free_ char *path = NULL, *text = NULL;
	int r;

	r = string_format(&path, "%s/modules.order", kernel->modules);
	r = r ?: file_read(path, ORDER_MAX, &text, NULL);
	if (r < 0)
		return unreadable(diags, r == -ENOENT ? -EINVAL : r, name,
				  "modules.order cannot be read");
	for (const char *line = text; *line;) {
		size_t n = strcspn(line, "\n");

		if (is_line_of(line, n, name))
			return string_format(ret, "%s/%.*s", kernel->modules, (int)n - 3, line);
		line += n + (line[n] == '\n');
	}
	return -ENOENT;
}

/* Without the suffix, if it has one of a module's. */
static size_t stem_length(const char *path)
{
	size_t n = strlen(path);

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		size_t n_suffix = strlen(suffixes[i]);

		if (n > n_suffix && strcmp(path + n - n_suffix, suffixes[i]) == 0)
			return n - n_suffix;
	}
	return 0;
}

/* A module that was installed beside the kernel's own; path is "FOLDER/updates". */
static int find_in_folder(const char *path, const char *name, char **ret)
{
	FTS *fts = fts_open((char *[]){(char *)path, NULL}, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *entry;
	int r = -ENOENT;

	if (!fts)
		return -errno;
	while (r == -ENOENT && (entry = fts_read(fts))) {
		_cleanup_free_ char *line = NULL;
		size_t n = stem_length(entry->fts_name);

		if (entry->fts_info != FTS_F || n == 0)
			continue;
		if (string_format(&line, "%.*s.ko", (int)n, entry->fts_name) < 0)
			r = -ENOMEM;
		else if (is_line_of(line, strlen(line), name))
			r = string_format(ret, "%.*s", (int)stem_length(entry->fts_path),
					  entry->fts_path);
	}
	fts_close(fts);
	return r;
}

static int no_module(const struct kernel *kernel, const char *name, struct diag_list *diags)
{
	return diag_add(diags, KM304, DIAG_REFUSAL, -ENOENT, NULL,
			"%s was shipped without the module %s", kernel->release, name);
}

static int find_outside(const struct kernel *kernel, const char *name, struct diag_list *diags,
			char **ret)
{
	static const char *const folders[] = {"updates", "extra", "misc"};
	int r = -ENOENT;

	for (size_t i = 0; r == -ENOENT && i < ARRAY_SIZE(folders); i++) {
		_cleanup_free_ char *path = NULL;

		r = string_format(&path, "%s/%s", kernel->modules, folders[i]);
		r = r ?: find_in_folder(path, name, ret);
	}
	return r == -ENOENT ? no_module(kernel, name, diags) : r;
}

/* The file of a module, or its decompressed copy in the kernel's work folder. */
static int unpacked(const struct kernel *kernel, const char *name, const char *path,
		    struct diag_list *diags, char **ret)
{
	_cleanup_free_ char *copy = NULL;
	struct stat packed, there;
	size_t n = stem_length(path);
	int r;

	if (n == 0 || strcmp(path + n, ".ko") == 0)
		return string_format(ret, "%s", path);
	r = string_format(&copy, "%s/modules/%s.ko", kernel->work, name);
	r = r ?: make_parent_folders(copy, 0755);
	if (r < 0)
		return r;
	if (stat(path, &packed) < 0)
		return unreadable(diags, -errno, name, strerror(errno));
	if (stat(copy, &there) < 0 || there.st_mtime < packed.st_mtime)
		r = unpack_file(path, copy, diags);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(copy);
	return 0;
}

/* stem: without the suffix. */
static int find_file(const struct kernel *kernel, const char *name, const char *stem,
		     struct diag_list *diags, char **ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		_cleanup_free_ char *path = NULL;
		int r;

		r = string_format(&path, "%s%s", stem, suffixes[i]);
		if (r < 0)
			return r;
		if (path_exists(path))
			return unpacked(kernel, name, path, diags, ret);
	}
	return unreadable(diags, -ENOENT, name, "its file is missing");
}

/* A file that was given has to be of the module that is compiled. */
static int check_file(const char *path, const char *name, struct diag_list *diags)
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	_cleanup_free_ char *line = NULL;

	if (string_format(&line, "%.*s.ko", (int)stem_length(base), base) < 0)
		return -ENOMEM;
	if (!is_line_of(line, strlen(line), name))
		return diag_add(diags, KM311, DIAG_ERROR, -EINVAL,
				&(struct diag_where){.file = path}, "it is not the module %s",
				name);
	return path_exists(path) ? 0 : unreadable(diags, -EINVAL, name, "its file is missing");
}

/* What the kernel's own table of a loaded module has: is_core_symbol() in kernel/module. */
static bool is_counted(const struct symbol *symbol)
{
	return *symbol->name && symbol->type != STT_SECTION && symbol->section &&
	       (symbol->section->flags & SHF_ALLOC) &&
	       strncmp(symbol->section->name, ".init", 5) != 0;
}

static int compare_symbols(const void *a, const void *b)
{
	const struct symbol *const *x = a, *const *y = b;
	int r = strcmp((*x)->name, (*y)->name);

	return r ?: ((*x)->index > (*y)->index) - ((*x)->index < (*y)->index);
}

static int read_symbols(struct shipped *shipped)
{
	_cleanup_free_ struct symbol **order =
		calloc(shipped->module->n_symbols + 1, sizeof(struct symbol *));
	size_t n = 0;

	shipped->symbols = calloc(shipped->module->n_symbols + 1, sizeof(*shipped->symbols));
	if (!order || !shipped->symbols)
		return -ENOMEM;
	for_each_symbol(symbol, shipped->module)
		if (is_counted(symbol))
			order[n++] = symbol;
	qsort(order, n, sizeof(struct symbol *), compare_symbols);
	for (size_t i = 0; i < n; i++)
		shipped->symbols[i] = (struct shipped_symbol){
			.name = order[i]->name,
			.place = {order[i]->section->index, order[i]->value},
			.is_global = order[i]->bind != STB_LOCAL,
			.is_weak = order[i]->bind == STB_WEAK,
		};
	shipped->n_symbols = n;
	return 0;
}

void module_name_clean(char *name)
{
	for (; *name; name++)
		if (*name == '-')
			*name = '_';
}

/* What the module loader finds there before the module: "depends=a,b" of .modinfo. */
static int read_depends(struct shipped *shipped)
{
	static const char key[] = "depends=";
	const struct section *info = object_find_section(shipped->module, ".modinfo");
	size_t n;

	for (size_t at = 0; info && info->data && at < info->size; at += n + 1) {
		const char *line = (const char *)info->data + at;
		_cleanup_free_ char *list = NULL;
		char *rest, *word;

		n = strnlen(line, info->size - at);
		if (n < strlen(key) || strncmp(line, key, strlen(key)) != 0)
			continue;
		rest = list = strndup(line + strlen(key), n - strlen(key));
		if (!list)
			return -ENOMEM;
		module_name_clean(list);
		while ((word = strsep(&rest, ",")))
			if (*word && strv_append(&shipped->depends, word) < 0)
				return -ENOMEM;
	}
	return 0;
}

static int open_module(const char *name, char *path, struct diag_list *diags, struct shipped **ret)
{
	_cleanup_shipped_ struct shipped *shipped = calloc(1, sizeof(*shipped));
	const struct section *note;
	int r;

	if (!shipped) {
		free(path);
		return -ENOMEM;
	}
	shipped->path = path;
	shipped->name = strdup(name);
	if (!shipped->name)
		return -ENOMEM;
	r = object_open(path, &shipped->module, diags);
	if (r < 0)
		return r;
	note = object_find_section(shipped->module, ".note.gnu.build-id");
	if (!note || !note->data ||
	    build_id_from_notes(note->data, note->size, shipped->build_id) < 0)
		return unreadable(diags, -EBADMSG, name, "it has no build-id");
	r = read_symbols(shipped);
	r = r ?: read_depends(shipped);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(shipped);
	return 0;
}

int shipped_open_module(const struct kernel *kernel, const char *name, struct diag_list *diags,
			struct shipped **ret)
{
	_cleanup_free_ char *stem = NULL, *path = NULL;
	int r;

	r = find_in_order(kernel, name, diags, &stem);
	if (r == -ENOENT)
		return no_module(kernel, name, diags);
	r = r ?: find_file(kernel, name, stem, diags, &path);
	return r ?: open_module(name, TAKE_PTR(path), diags, ret);
}

int shipped_open_outside(const struct kernel *kernel, const char *name, const char *file,
			 struct diag_list *diags, struct shipped **ret)
{
	_cleanup_free_ char *stem = NULL, *path = NULL;
	int r;

	if (file) {
		r = check_file(file, name, diags);
		r = r ?: unpacked(kernel, name, file, diags, &path);
	} else {
		r = find_outside(kernel, name, diags, &stem);
		r = r ?: find_file(kernel, name, stem, diags, &path);
	}
	return r ?: open_module(name, TAKE_PTR(path), diags, ret);
}

void shipped_free(struct shipped *shipped)
{
	if (!shipped)
		return;
	object_free(shipped->module);
	free(shipped->symbols);
	strv_free(shipped->depends);
	free(shipped->name);
	free(shipped->path);
	free(shipped);
}

size_t shipped_find(const struct shipped *shipped, const char *name, size_t *ret_first)
{
	size_t low = 0, high = shipped->n_symbols, n = 0;

	if (shipped->image)
		return image_find(shipped->image, name, ret_first);
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(shipped->symbols[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	while (low + n < shipped->n_symbols && strcmp(shipped->symbols[low + n].name, name) == 0)
		n++;
	*ret_first = low;
	return n;
}

struct shipped_symbol shipped_get(const struct shipped *shipped, size_t index)
{
	const struct kallsyms_symbol *symbol;

	if (!shipped->image)
		return shipped->symbols[index];
	symbol = image_symbol(shipped->image, index);
	return (struct shipped_symbol){
		.name = symbol->name,
		.place = {0, symbol->address},
		/* nm's letter: lower case for what is local, save for weak symbols. */
		.is_global = (symbol->type >= 'A' && symbol->type <= 'Z') || symbol->type == 'w' ||
			     symbol->type == 'v',
		.is_weak = strchr("wWvV", symbol->type) != NULL,
	};
}

const uint8_t *shipped_bytes(const struct shipped *shipped, struct place place, uint64_t size)
{
	const struct section *section;

	if (shipped->image)
		return image_bytes(shipped->image, place.value, size);
	if (place.section >= shipped->module->n_sections)
		return NULL;
	section = &shipped->module->sections[place.section];
	if (!section->data || place.value > section->size || size > section->size - place.value)
		return NULL;
	return section->data + place.value;
}

static int64_t read_field(const uint8_t *p, unsigned width)
{
	uint64_t value = 0;

	for (unsigned i = width; i > 0; i--)
		value = value << 8 | p[i - 1];
	return width == 4 ? (int32_t)value : (int64_t)value;
}

/* A module's field keeps its relocation, unless the assembler knew the distance. */
static bool follow_reloc(const struct shipped *shipped, struct place field, int64_t addend,
			 struct place *ret)
{
	const struct section *section = &shipped->module->sections[field.section];
	size_t i = section_reloc_index(section, field.value);
	const struct reloc *reloc = &section->relocs[i];

	if (i >= section->n_relocs || reloc->offset != field.value)
		return false;
	if (!reloc->symbol->section)
		return false;
	*ret = (struct place){reloc->symbol->section->index,
			      reloc->symbol->value + reloc->addend - addend};
	return true;
}

static bool has_reloc(const struct shipped *shipped, struct place field)
{
	const struct section *section = &shipped->module->sections[field.section];
	size_t i = section_reloc_index(section, field.value);

	return i < section->n_relocs && section->relocs[i].offset == field.value;
}

bool shipped_follow(const struct shipped *shipped, struct place field, uint32_t type,
		    int64_t addend, struct place *ret)
{
	unsigned width = arch_reloc_width(type);
	const uint8_t *bytes = width ? shipped_bytes(shipped, field, width) : NULL;
	int64_t value;

	if (!bytes)
		return false;
	if (shipped->module && has_reloc(shipped, field))
		return follow_reloc(shipped, field, addend, ret);
	if (shipped->module && !arch_reloc_is_pcrel(type))
		return false;
	value = read_field(bytes, width) - addend;
	*ret = (struct place){field.section,
			      arch_reloc_is_pcrel(type) ? field.value + value : (uint64_t)value};
	return true;
}
