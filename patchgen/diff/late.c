// SPDX-License-Identifier: GPL-2.0
/*
 * Whether a patch can be loaded before the module that it changes. Its relocations against that
 * are applied when the module comes; but what the kernel's loader makes of special sections when
 * it loads the patch has been made by then.
 */
#include <stdarg.h>
#include <string.h>

#include "../../lib/strv.h"
#include "../object/arch.h"
#include "differ.h"

/* What a special section has set up, for people. */
static const char *what_entry(const char *section)
{
	static const struct {
		const char *section, *what;
	} names[] = {
		{"__jump_table", "a jump label"},
		{".static_call_sites", "a static call"},
		{".altinstructions", "replacement code"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(names[i].section, section) == 0)
			return names[i].what;
	return "an entry of a special section";
}

static bool is_told(const struct diag_list *list, const char *message)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->items[i].message ?: "", message) == 0)
			return true;
	return false;
}

static bool is_of_source(const struct differ *differ, const char *file)
{
	const char *source = differ->options->source;
	const char *base = source && strrchr(source, '/') ? strrchr(source, '/') : source;
	size_t n = base ? strlen(base) : 0, n_file = strlen(file);

	return n && n_file >= n && strcmp(file + n_file - n, base) == 0;
}

/* Of what was inlined, the line in the C file itself: that of the code before it. */
static void outer_line(struct differ *differ, struct section *code, uint64_t offset,
		       char **ret_file, unsigned *ret_line)
{
	const struct symbol *function = section_symbol_at(code, offset);
	uint64_t start = function ? function->value : offset;

	for (uint64_t at = offset + 1; at-- > start;) {
		_cleanup_free_ char *file = NULL;
		unsigned line;

		if (source_line(code->object, code->name, at, &file, &line) < 0 ||
		    !is_of_source(differ, file))
			continue;
		*ret_file = TAKE_PTR(file);
		*ret_line = line;
		return;
	}
	source_line(code->object, code->name, offset, ret_file, ret_line);
}

/* code and offset: the place that needs it; code NULL: there is no one place. */
static void tell(struct differ *differ, const struct symbol *symbol, const char *section,
		 struct section *code, uint64_t offset, const char *format, ...) _printf_(6, 7);

static void tell(struct differ *differ, const struct symbol *symbol, const char *section,
		 struct section *code, uint64_t offset, const char *format, ...)
{
	_cleanup_free_ char *message = NULL, *file = NULL;
	struct diag_where where = {.symbol = symbol->name, .section = section};
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&message, format, ap) < 0)
		message = NULL;
	va_end(ap);
	if (!message || is_told(&differ->result->late, message))
		return;
	if (code && section_is_code(code))
		outer_line(differ, code, offset, &file, &where.line);
	where.file = file ?: differ->options->source;
	diag_add(&differ->result->late, KM338, DIAG_NOTE, 0, &where, "%s", message);
}

static const char *function_at(const struct section *code, uint64_t offset)
{
	const struct symbol *symbol = code ? section_symbol_at(code, offset) : NULL;

	return symbol ? symbol->name : "what is changed";
}

/* The code that an entry is about. */
static struct section *code_of(const struct entry *entry)
{
	const struct section *table = entry->section;
	size_t i = section_reloc_index(table, entry->offset);

	return i < table->n_relocs ? reloc_target(&table->relocs[i]).section : NULL;
}

static void judge_entry(struct differ *differ, const struct entry *entry,
			const struct symbol *symbol, const char *module)
{
	struct section *code = code_of(entry);
	const char *table = entry->section->name;

	tell(differ, symbol, table, code, entry->owner, "%s in %s() refers to %s of %s",
	     what_entry(table), function_at(code, entry->owner), symbol->name, module);
}

/* Of code that an alternative may have replaced when the patch was loaded. */
static const struct entry *replaced_at(const struct section *code, uint64_t offset)
{
	for (size_t i = 0; i < code->n_entries; i++) {
		const struct entry *entry = &code->entries[i];
		unsigned length = 0;

		if (entry->section->data)
			length = arch_replaced_length(entry->section->name,
						      entry->section->data + entry->offset,
						      entry->size);
		if (offset >= entry->owner && offset - entry->owner < length)
			return entry;
	}
	return NULL;
}

void judge_late(struct differ *differ, const struct piece *from, const struct reloc *reloc,
		const struct symbol *symbol, const char *module)
{
	struct section *section = from->range.section;
	const struct entry *entry = from->entry;

	if (!entry && section_is_code(section))
		entry = replaced_at(section, reloc->offset);
	if (entry)
		judge_entry(differ, entry, symbol, module);
	else if (strncmp(section->name, ".data..percpu", 13) == 0)
		tell(differ, symbol, section->name, NULL, 0,
		     "the initial value of %s, one of each processor, has the address of %s",
		     from->symbol ? from->symbol->name : "a variable", symbol->name);
}

int judge_late_answer(struct differ *differ, const struct symbol *symbol,
		      const struct reach_answer *answer)
{
	char ***others = &differ->result->late_others;

	switch (answer->late) {
	case REACH_LATE:
		return 0;
	case REACH_NO_DEPENDENCY:
		if (differ->options->is_late)
			tell(differ, symbol, NULL, NULL, 0,
			     "%s is a symbol of a module that %s does not depend on", symbol->name,
			     differ->options->object);
		return 0;
	case REACH_NEW_ELSEWHERE:
		if (differ->options->is_late)
			tell(differ, symbol, NULL, NULL, 0, "%s is new, in the patch's code for %s",
			     symbol->name, answer->object);
		return strv_contains(*others, answer->object) ? 0 :
								strv_append(others, answer->object);
	}
	return 0;
}
