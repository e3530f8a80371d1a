// SPDX-License-Identifier: GPL-2.0
#include "ksymtab.h"

#include <string.h>

/* struct kernel_symbol with CONFIG_HAVE_ARCH_PREL32_RELOCATIONS: value, name and namespace. */
#define ENTRY_SIZE  12
#define NAME_OFFSET 4
#define NAME_MAX_   512

struct ksymtab_entry {
	const char *name; /* the image's */
	uint32_t crc;
};

struct ksymtab {
	struct ksymtab_entry *entries; /* by name */
	size_t n;
};

static int32_t read_i32(const unsigned char *p)
{
	return (int32_t)((uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
			 (uint32_t)p[3] << 24);
}

static const struct image_section *find(const struct image *image, const char *name)
{
	for (size_t i = 0; i < image->n_sections; i++)
		if (strcmp(image->sections[i].name, name) == 0 && image->sections[i].data)
			return &image->sections[i];
	return NULL;
}

/* A terminated string at an address; NULL where there is none. */
static const char *string_at(const struct image *image, uint64_t address)
{
	for (size_t i = 0; i < image->n_sections; i++) {
		const struct image_section *section = &image->sections[i];
		uint64_t offset = address - section->address;
		size_t left;

		if (!section->data || address < section->address || offset >= section->size)
			continue;
		left = section->size - offset;
		return memchr(section->data + offset, 0, left < NAME_MAX_ ? left : NAME_MAX_) ?
			       (const char *)section->data + offset :
			       NULL;
	}
	return NULL;
}

static int add_section(struct ksymtab *table, const struct image *image, const char *symbols,
		       const char *checksums)
{
	const struct image_section *names = find(image, symbols), *crcs = find(image, checksums);
	struct ksymtab_entry *grown;
	size_t n;

	if (!names || !crcs)
		return 0;
	n = names->size / ENTRY_SIZE;
	if (names->size % ENTRY_SIZE != 0 || crcs->size != n * sizeof(uint32_t))
		return 0;
	grown = reallocarray(table->entries, table->n + n + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	table->entries = grown;
	for (size_t i = 0; i < n; i++) {
		size_t at = i * ENTRY_SIZE + NAME_OFFSET;
		const char *name =
			string_at(image, names->address + at + (int64_t)read_i32(names->data + at));

		if (name)
			table->entries[table->n++] = (struct ksymtab_entry){
				name, (uint32_t)read_i32(crcs->data + i * sizeof(uint32_t))};
	}
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct ksymtab_entry *)a)->name,
		      ((const struct ksymtab_entry *)b)->name);
}

static bool agrees(const struct ksymtab *table, const struct symvers *list)
{
	for (size_t i = 0; i < table->n; i++) {
		const struct export *export = symvers_find(list, table->entries[i].name);

		if (export && export->crc == table->entries[i].crc)
			return true;
	}
	return false;
}

int ksymtab_open(const struct image *image, const struct symvers *list, struct ksymtab **ret)
{
	struct ksymtab *table = calloc(1, sizeof(*table));
	int r;

	if (!table)
		return -ENOMEM;
	r = add_section(table, image, "__ksymtab", "__kcrctab");
	r = r ?: add_section(table, image, "__ksymtab_gpl", "__kcrctab_gpl");
	if (r == 0 && table->n > 0)
		qsort(table->entries, table->n, sizeof(*table->entries), by_name);
	if (r < 0 || !agrees(table, list)) {
		ksymtab_free(table);
		table = NULL;
	}
	*ret = table;
	return r;
}

void ksymtab_free(struct ksymtab *table)
{
	if (!table)
		return;
	free(table->entries);
	free(table);
}

bool ksymtab_find(const struct ksymtab *table, const char *name, uint32_t *ret_crc)
{
	const struct ksymtab_entry key = {.name = name}, *found;

	found = table->n ? bsearch(&key, table->entries, table->n, sizeof(key), by_name) : NULL;
	if (!found)
		return false;
	*ret_crc = found->crc;
	return true;
}
