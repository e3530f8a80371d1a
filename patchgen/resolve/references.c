// SPDX-License-Identifier: GPL-2.0
#include "references.h"

#include <string.h>

#include "../../lib/fileio.h"
#include "../object/arch.h"
#include "../base/files.h"
#include "../object/special.h"

struct search {
	const struct shipped *shipped;
	struct place place;
	is_known_t is_known;
	const void *userdata;
	char *who;
};

/* Of these, what describes code names places in it, and the rest is not for running code. */
static bool is_searched(const char *section)
{
	const struct special *special = special_of(section);

	if (strcmp(section, ".exit.text") == 0 || strcmp(section, ".BTF") == 0)
		return false;
	return !special || (special->kind != SPECIAL_CODE && special->kind != SPECIAL_PAIRED &&
			    special->kind != SPECIAL_IGNORED);
}

static int found(struct search *search, const char *section, const char *symbol, uint64_t offset,
		 bool is_code)
{
	int r;

	if (symbol && is_code)
		r = string_format(&search->who, "%s()", symbol);
	else if (symbol)
		r = string_format(&search->who, "%s+0x%llx in %s", symbol,
				  (unsigned long long)offset, section);
	else
		r = string_format(&search->who, "%s+0x%llx", section, (unsigned long long)offset);
	return r < 0 ? r : 1;
}

/* Which of the image's symbols an address is in: the last one that does not lie behind it. */
static const struct kallsyms_symbol *symbol_at(const struct image *image, uint64_t address)
{
	const struct kallsyms_symbol *symbols = image->kallsyms.symbols;
	size_t low = 0, high = image->kallsyms.n_symbols;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (symbols[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	while (low > 1 && symbols[low - 2].address == symbols[low - 1].address)
		low--;
	return low ? &symbols[low - 1] : NULL;
}

/*
 * An entry of a list of functions that nobody is called from: NOKPROBE_SYMBOL() and
 * ALLOW_ERROR_INJECTION() name each.
 */
static bool is_list(const struct kallsyms_symbol *symbol)
{
	static const char *const names[] = {"_kbl_addr_", "_eil_addr_", "__start_kprobe_blacklist",
					    "__start_error_injection_whitelist"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strncmp(symbol->name, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static bool is_code(const struct image_section *section)
{
	static const char *const names[] = {".text", ".init.text", ".altinstr_replacement",
					    ".altinstr_aux"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(section->name, names[i]) == 0)
			return true;
	return false;
}

/* Boot is over, and so are its calls. What it did with an address is not. */
static bool is_over(const struct image_section *section, uint64_t at)
{
	return strcmp(section->name, ".init.text") == 0 && arch_is_branch_before(section->data, at);
}

static int search_image_section(struct search *search, const struct image_section *section)
{
	bool code = is_code(section);
	uint64_t target = search->place.value;

	for (uint64_t at = 0; at < section->size; at++) {
		uint64_t address = section->address + at;
		const struct kallsyms_symbol *symbol;

		if (!arch_may_refer(section->data + at, section->size - at, code, address,
				    target) ||
		    is_over(section, at))
			continue;
		symbol = symbol_at(search->shipped->image, address);
		if (symbol && is_list(symbol))
			continue;
		if (code && symbol &&
		    search->is_known(search->userdata, (struct place){0, symbol->address}))
			continue;
		return found(search, section->name, symbol ? symbol->name : NULL,
			     symbol ? address - symbol->address : at, code);
	}
	return 0;
}

static int search_image(struct search *search)
{
	const struct image *image = search->shipped->image;
	int r = 0;

	for (size_t i = 0; r == 0 && i < image->n_sections; i++)
		if (image->sections[i].data && is_searched(image->sections[i].name))
			r = search_image_section(search, &image->sections[i]);
	return r;
}

static bool is_to_place(const struct search *search, const struct reloc *reloc)
{
	struct target target = reloc_target(reloc);
	int64_t at = target.offset + (target.symbol ? (int64_t)target.symbol->value : 0);

	return target.section && target.section->index == search->place.section &&
	       at == (int64_t)search->place.value;
}

/* A module's init and exit code is still to run, or will be again. */
static bool is_searched_in_module(const struct section *section)
{
	return (section->flags & SHF_ALLOC) &&
	       (section_is_init(section) || is_searched(section->name)) &&
	       strcmp(section->name, "_kprobe_blacklist") != 0 &&
	       strcmp(section->name, "_error_injection_whitelist") != 0;
}

static int search_module_section(struct search *search, const struct section *section)
{
	for (size_t i = 0; i < section->n_relocs; i++) {
		const struct reloc *reloc = &section->relocs[i];
		const struct symbol *symbol;
		struct place by;

		if (!is_to_place(search, reloc))
			continue;
		symbol = section_symbol_at(section, reloc->offset);
		by = (struct place){section->index, symbol ? symbol->value : 0};
		if (symbol && symbol_is_function(symbol) && search->is_known(search->userdata, by))
			continue;
		return found(search, section->name, symbol ? symbol->name : NULL,
			     reloc->offset - by.value, symbol && symbol_is_function(symbol));
	}
	return 0;
}

static int search_module(struct search *search)
{
	int r = 0;

	for_each_section(section, search->shipped->module)
		if (r == 0 && is_searched_in_module(section))
			r = search_module_section(search, section);
	return r;
}

int references_find(const struct shipped *shipped, struct place place, is_known_t is_known,
		    const void *userdata, char **ret_who)
{
	struct search search = {
		.shipped = shipped,
		.place = place,
		.is_known = is_known,
		.userdata = userdata,
	};
	int r = shipped->image ? search_image(&search) : search_module(&search);

	if (r > 0)
		*ret_who = search.who;
	return r;
}
