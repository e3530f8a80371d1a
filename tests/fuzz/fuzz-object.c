// SPDX-License-Identifier: GPL-2.0
/* The reader of objects: an object is refused, or all that it holds can be asked for. */
#include <stdlib.h>
#include <string.h>

#include "elfmutate.h"
#include "patchgen/object/arch.h"
#include "patchgen/object/object.h"
#include "patchgen/object/special.h"
#include "target.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	struct random random = random_start(seed);

	return elf_mutate(data, size, max, &random);
}

static void check_range(const struct range *range)
{
	fuzz_expect(range->from <= range->to && range->to <= range->section->size,
		    "an unnamed thing reaches out of section %s", range->section->name);
}

/* Whoever uses the object reads these without asking again. */
static void check_reloc(const struct section *section, const struct reloc *reloc)
{
	unsigned width = arch_reloc_width(reloc->type);
	struct target target = reloc_target(reloc);
	struct range range;

	fuzz_expect(section->data && width && reloc->offset <= section->size &&
			    width <= section->size - reloc->offset,
		    "a relocation outside of section %s", section->name);
	fuzz_expect(target.symbol || target.section, "a relocation that leads nowhere");
	if (target.section && !target.symbol && special_unnamed_range(&target, NULL, &range) == 0)
		check_range(&range);
	if (target.section)
		section_string_size(target.section, target.offset);
	arch_reloc_same(reloc->type, R_X86_64_PC32);
}

static void check_section(struct object *object, struct section *section)
{
	fuzz_expect(section->object == object && section->name, "a section without a name");
	section_is_ordinary(section);
	section_is_init(section);
	for (size_t i = 0; i < section->n_relocs; i++)
		check_reloc(section, &section->relocs[i]);
	for (size_t i = 0; i < section->n_entries; i++) {
		const struct entry *entry = &section->entries[i];
		struct range range = {entry->section, entry->offset, entry->offset + entry->size};

		check_range(&range);
		for_each_reloc(reloc, entry->section, range.from, range.to) {
			struct target target = reloc_target(reloc);

			if (special_unnamed_range(&target, entry, &range) == 0)
				check_range(&range);
			range.to = entry->offset + entry->size;
		}
	}
}

/* Every byte is there to be read. */
static volatile uint8_t byte;

static void check_symbol(struct object *object, struct symbol *symbol)
{
	fuzz_expect(symbol->name && symbol_base(symbol), "a symbol without a name");
	object_find_undefined(object, symbol->name);
	symbol_owner(symbol);
	if (!symbol->section)
		return;
	section_is_dedicated(symbol->section, symbol);
	section_symbol_at(symbol->section, symbol->value);
	if (!(symbol_is_function(symbol) || symbol_is_data(symbol)))
		return;
	for (size_t i = 0; symbol->section->data && i < symbol->size; i++)
		byte = symbol->section->data[symbol->value + i];
}

static void check_object(struct object *object, struct diag_list *diags)
{
	if (special_attach(object, diags) < 0)
		fuzz_expect(diags->n > 0, "refused without a reason");
	for_each_section(section, object)
		check_section(object, section);
	for_each_symbol(symbol, object)
		check_symbol(object, symbol);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(diag_list_done) struct diag_list diags = {0};
	void *file = malloc(size ?: 1);
	struct object *object;

	if (!file)
		return 0;
	if (size)
		memcpy(file, data, size);
	if (object_open_memory("fuzzed.o", file, size, &object, &diags) < 0) {
		fuzz_expect(diag_list_has(&diags, DIAG_ERROR), "refused without a reason");
		free(file);
		return 0;
	}
	check_object(object, &diags);
	object_free(object);
	return 0;
}
