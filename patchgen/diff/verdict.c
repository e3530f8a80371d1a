// SPDX-License-Identifier: GPL-2.0
/* What a patch may not change, as it would have no effect on a running kernel or harm it. */
#include <stdarg.h>
#include <string.h>

#include "../base/files.h"
#include "../object/arch.h"
#include "differ.h"

/* The same is often found from several places: how far back to look for it. */
#define LOOK_BACK 64

static bool is_said(const struct diag_list *list, enum diag_code code, const struct symbol *symbol,
		    const char *message)
{
	for (size_t i = list->n; i-- > 0 && list->n - i <= LOOK_BACK;) {
		const struct diag *diag = &list->items[i];

		if (diag->code == code && diag->message && strcmp(diag->message, message) == 0 &&
		    strcmp(diag->symbol ?: "", symbol ? symbol->name : "") == 0)
			return true;
	}
	return false;
}

bool author_answers(struct differ *differ, enum diag_code code, const struct symbol *symbol,
		    const struct section *section)
{
	const char *names[4] = {0};
	size_t n = 0;

	if (symbol) {
		names[n++] = symbol->name;
		names[n++] = symbol_base(symbol);
		if (symbol->twin)
			names[n++] = symbol->twin->name;
	} else if (section) {
		names[n++] = section->name;
	}
	return overrides_answer(differ->overrides, code, names, &differ->result->diags);
}

_printf_(7, 0) static void refuse_va(struct differ *differ, enum diag_code code,
				     const struct symbol *symbol, const struct section *section,
				     uint64_t offset, const char *hint, const char *format,
				     va_list ap)
{
	_cleanup_free_ char *message = NULL, *file = NULL;
	struct diag_where where = {0};

	if (author_answers(differ, code, symbol, section))
		return;
	if (vasprintf(&message, format, ap) < 0)
		message = NULL;
	if (message && is_said(&differ->result->diags, code, symbol, message))
		return;

	where.symbol = symbol ? symbol->name : NULL;
	where.section = section ? section->name : NULL;
	where.has_offset = section;
	where.offset = offset - (symbol && symbol->section == section ? symbol->value : 0);
	if (section && section_is_code(section))
		source_line(section->object, section->name, offset, &file, &where.line);
	else if (section && symbol && symbol_is_data(symbol))
		variable_line(section->object, symbol->name, &file, &where.line);
	else if (symbol && symbol->section && section_is_code(symbol->section))
		source_line(symbol->section->object, symbol->section->name, symbol->value, &file,
			    &where.line);
	where.file = file ?: differ->options->source;
	diag_add_hint(&differ->result->diags, code, DIAG_REFUSAL, 0, &where, hint, "%s",
		      message ?: "refused");
}

void refuse(struct differ *differ, enum diag_code code, const struct symbol *symbol,
	    const struct section *section, uint64_t offset, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	refuse_va(differ, code, symbol, section, offset, /* hint= */ NULL, format, ap);
	va_end(ap);
}

/* With a hint that says more than that of the code. */
_printf_(7, 8) static void refuse_with_hint(struct differ *differ, enum diag_code code,
					    const struct symbol *symbol,
					    const struct section *section, uint64_t offset,
					    const char *hint, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	refuse_va(differ, code, symbol, section, offset, hint, format, ap);
	va_end(ap);
}

/* At a call that ftrace has turned into a no-op. */
bool function_has_fentry(const struct symbol *symbol)
{
	const struct section *section = symbol->section;
	uint64_t end = symbol->value + ARCH_FENTRY_MAX_OFFSET;

	if (end > symbol->value + symbol->size)
		end = symbol->value + symbol->size;
	if (section->nop_fentry > symbol->value && section->nop_fentry <= end)
		return true;
	for_each_reloc(reloc, section, symbol->value, end)
		if (!reloc->symbol->section && arch_is_fentry(reloc->symbol->name))
			return true;
	for (size_t i = 0; i < section->n_entries; i++) {
		const struct entry *entry = &section->entries[i];

		if (entry->owner >= symbol->value && entry->owner < end &&
		    arch_lists_fentry(entry->section->name))
			return true;
	}
	return false;
}

bool function_shares_place(const struct symbol *symbol)
{
	const struct symbol *orig = symbol->twin;
	const struct section *section = orig->section;

	for (size_t i = 0; i < section->n_defs; i++) {
		const struct symbol *alias = section->defs[i], *twin = alias->twin;

		if (alias->value == orig->value && symbol_is_function(alias) && twin &&
		    (twin->section != symbol->section || twin->value != symbol->value))
			return true;
	}
	return false;
}

/*
 * What Linux 6.11 and later write into code at boot, and boot.c could not make read from memory: by
 * how much dcache_hash() shifts is part of the instruction.
 */
static void judge_boot_entries(struct differ *differ, const struct symbol *symbol)
{
	const struct section *section = symbol->section;

	for (size_t i = 0; i < section->n_entries; i++) {
		const struct entry *entry = &section->entries[i];

		if (entry->special->kind != SPECIAL_BOOT || entry->owner < symbol->value ||
		    entry->owner >= symbol->value + symbol->size)
			continue;
		refuse(differ, KM224, symbol, section, entry->owner,
		       "%s() has a place at +0x%llx that the kernel fills in when it boots (%s)",
		       symbol->name, (unsigned long long)(entry->owner - symbol->value),
		       entry->section->name);
		return;
	}
}

/* An object that was linked of several can have two functions of one name. */
static bool is_one_of_several(const struct object *orig, const struct symbol *symbol)
{
	const struct symbol *s = object_first_by_name(orig, symbol->name);

	for (; !symbol->twin && s; s = s->next_same_name)
		if (symbol_is_function(s) && s->section && strcmp(s->name, symbol->name) == 0)
			return true;
	return false;
}

static void judge_function(struct differ *differ, const struct symbol *symbol)
{
	const struct symbol *orig = symbol->twin;
	uint64_t first = symbol->change.part == symbol ? symbol->change.offset : 0;
	uint64_t at = symbol->value + first;

	if (section_is_init(symbol->section) || (orig && section_is_init(orig->section))) {
		/* init_module() is the module's own function under another name. */
		if (function_is_alias(symbol))
			return;
		refuse(differ, KM211, symbol, symbol->section, at,
		       "%s() %s and only runs at boot, load or unload", symbol->name,
		       orig ? "changes" : "is new");
		return;
	}
	judge_boot_entries(differ, symbol);
	if (is_one_of_several(differ->orig, symbol))
		refuse(differ, KM219, symbol, symbol->section, at,
		       "which %s() of several is meant cannot be told", symbol->name);
	if (symbol->section->flags & SHF_GROUP)
		refuse(differ, KM226, symbol, symbol->section, at, "%s() is in a section group",
		       symbol->name);
	if (strcmp(symbol->section->name, ".static_call.text") == 0)
		refuse(differ, KM224, symbol, symbol->section, at,
		       "static call %s is new or changed", symbol->name);
}

/* What is no longer __init, in a kernel that has freed it. */
static bool is_gone(const struct symbol *symbol)
{
	const struct symbol *orig = symbol->twin;

	return orig && orig->section && section_is_init(orig->section) && symbol->section &&
	       (symbol->section->flags & SHF_ALLOC) && !section_is_init(symbol->section) &&
	       (symbol_is_function(symbol) || symbol_is_data(symbol));
}

static void judge_gone(struct differ *differ, const struct symbol *symbol)
{
	if (is_gone(symbol))
		refuse(differ, KM223, symbol, symbol->section, symbol->value,
		       "%s would outlive boot or load, but has been freed with %s", symbol->name,
		       symbol->twin->section->name);
}

static bool is_judged_data(const struct symbol *symbol)
{
	if (!symbol_is_data(symbol) || !symbol->section || !symbol->twin ||
	    !(symbol->section->flags & SHF_ALLOC))
		return false;
	return !symbol_is_copied(symbol) && !symbol->section->special;
}

/* Ways to keep a variable that code has to know of. */
enum storage { STORAGE_WRITABLE, STORAGE_READ_ONLY, STORAGE_PER_CPU };

static enum storage storage_of(const struct section *section)
{
	if (strncmp(section->name, ".data..percpu", 13) == 0)
		return STORAGE_PER_CPU;
	if (!section_is_writable(section) ||
	    strncmp(section->name, ".data..ro_after_init", 20) == 0)
		return STORAGE_READ_ONLY;
	return STORAGE_WRITABLE;
}

/* New code would write to what the kernel cannot, or look for it where it is not. */
static void judge_storage(struct differ *differ, const struct symbol *symbol)
{
	enum storage a = storage_of(symbol->twin->section), b = storage_of(symbol->section);

	if (a == STORAGE_READ_ONLY && b == STORAGE_WRITABLE)
		refuse(differ, KM232, symbol, symbol->section, symbol->value,
		       "%s can be written to, but is in the kernel's %s", symbol->name,
		       symbol->twin->section->name);
	else if (a != b && (a == STORAGE_PER_CPU || b == STORAGE_PER_CPU))
		refuse(differ, KM232, symbol, symbol->section, symbol->value,
		       "%s %s one of each processor", symbol->name,
		       b == STORAGE_PER_CPU ? "becomes" : "is no longer");
}

/*
 * What is read-only could not even be set by a callback, but where a pointer to a function changes,
 * the function can. NULL: see the code's hint.
 */
static char *hint_of_constant(const struct symbol *orig, uint64_t first)
{
	static const char instead[] = "the kernel's own is read-only and stays: make the change in";
	char *hint;
	int r;

	if (storage_of(orig->section) != STORAGE_READ_ONLY)
		return NULL;
	for_each_reloc(reloc, orig->section, orig->value + first, orig->value + first + 8) {
		const struct symbol *target = reloc_target(reloc).symbol;

		if (!target || !(symbol_is_function(target) || !target->section))
			continue;
		r = string_format(&hint, "%s %s, to which it points, or in the code that uses it",
				  instead, target->name);
		return r < 0 ? NULL : hint;
	}
	r = string_format(&hint, "%s the code that reads it", instead);
	return r < 0 ? NULL : hint;
}

static void judge_data(struct differ *differ, const struct symbol *symbol)
{
	const struct symbol *orig = symbol->twin;
	struct range a = {orig->section, orig->value, orig->value + orig->size};
	struct range b = {symbol->section, symbol->value, symbol->value + symbol->size};
	_cleanup_free_ char *member = NULL, *hint = NULL;
	uint64_t first;

	if (ranges_same(&a, &b, &first))
		return;
	variable_member(symbol->section->object, symbol->name, first, &member);
	hint = hint_of_constant(orig, first);
	if (section_is_init(symbol->section))
		refuse(differ, KM211, symbol, symbol->section, symbol->value + first,
		       "%s changes and is only used at boot or load", symbol->name);
	else if (orig->size != symbol->size)
		refuse_with_hint(differ, KM213, symbol, symbol->section, symbol->value + first,
				 storage_of(orig->section) == STORAGE_READ_ONLY ?
					 "put what is new into a table of its own, and have the "
					 "code that reads this one look there, too" :
					 NULL,
				 "%s changes its size from %llu to %llu bytes", symbol->name,
				 (unsigned long long)orig->size, (unsigned long long)symbol->size);
	else
		refuse_with_hint(differ, KM212, symbol, symbol->section, symbol->value + first,
				 hint, "the initial value of %s changes at +0x%llx",
				 member ?: symbol->name, (unsigned long long)first);
}

/* What calls or reads the running kernel's would go on doing so. */
static void judge_new(struct differ *differ, const struct symbol *symbol)
{
	if (symbol->bind == STB_LOCAL || symbol->twin || !symbol->section ||
	    !(symbol->section->flags & SHF_ALLOC) || symbol->section->special ||
	    !(symbol_is_function(symbol) || symbol_is_data(symbol)))
		return;
	if (resolver_has_global(differ->options->resolver, symbol->name))
		refuse(differ, KM231, symbol, symbol->section, symbol->value,
		       "%s is new here, but %s has it in another object", symbol->name,
		       differ->options->object);
}

static size_t count_before(const struct section *section)
{
	const struct section *all = section->object->sections;
	size_t n = 0;

	for (size_t i = 1; i < section->index; i++)
		n += strcmp(all[i].name, section->name) == 0;
	return n;
}

/* A compiler may give several sections one name: the first is the first's, and so on. */
static struct section *counterpart(struct object *object, const struct section *patched)
{
	size_t nth = count_before(patched);

	for_each_section(section, object)
		if (section->index > 0 && strcmp(section->name, patched->name) == 0 && nth-- == 0)
			return section;
	return NULL;
}

/* Something that a table speaks of and that the original does not have. */
static const struct symbol *new_in_table(const struct section *table)
{
	for (size_t i = 0; i < table->n_relocs; i++) {
		struct target target = reloc_target(&table->relocs[i]);

		if (target.symbol && target.section && !target.symbol->twin &&
		    (symbol_is_function(target.symbol) || symbol_is_data(target.symbol)))
			return target.symbol;
	}
	return NULL;
}

static void judge_once(struct differ *differ, struct section *patched)
{
	struct section *orig = counterpart(differ->orig, patched);
	struct range a = {orig, 0, orig ? orig->size : 0}, b = {patched, 0, patched->size};
	const char *what = patched->special ? patched->special->what : "not known to patchgen";
	uint64_t first;

	if (!orig && patched->size == 0)
		return;
	if (!orig || orig->size != patched->size)
		refuse(differ, KM215, new_in_table(patched), patched, 0,
		       "entries are added to or removed from %s (%s)", patched->name, what);
	else if (!ranges_same(&a, &b, &first))
		refuse(differ, KM215, NULL, patched, first,
		       "an entry of %s (%s) changes at +0x%llx", patched->name, what,
		       (unsigned long long)first);
}

static void judge_unknown(struct differ *differ, struct section *section)
{
	for (size_t i = 0; i < section->n_relocs; i++) {
		struct target target = reloc_target(&section->relocs[i]);

		if (!target.symbol || !function_is_taken(target.symbol))
			continue;
		refuse(differ, KM216, target.symbol, section, section->relocs[i].offset,
		       "section %s refers to %s function %s()", section->name,
		       target.symbol->twin ? "changed" : "new", target.symbol->name);
		return;
	}
}

/* Whoever reads a section that is not known goes through all of it, and may have done so. */
static bool is_judged_whole(const struct section *section)
{
	if (!(section->flags & SHF_ALLOC))
		return false;
	if (section->special)
		return section->special->kind == SPECIAL_ONCE;
	return !section_is_ordinary(section) && !section_is_code(section);
}

static void judge_section(struct differ *differ, struct section *section)
{
	if (!(section->flags & SHF_ALLOC))
		return;
	if (is_judged_whole(section))
		judge_once(differ, section);
	if (!section->special && !section_is_ordinary(section))
		judge_unknown(differ, section);
}

void judge(struct differ *differ)
{
	for_each_symbol(symbol, differ->patched)
		if (function_is_taken(symbol) && (symbol->section->flags & SHF_ALLOC))
			judge_function(differ, symbol);
	for_each_symbol(symbol, differ->patched)
		judge_gone(differ, symbol);
	for_each_symbol(symbol, differ->patched) {
		if (!is_judged_data(symbol))
			continue;
		judge_storage(differ, symbol);
		if (!symbol->is_overridden)
			judge_data(differ, symbol);
	}
	if (differ->options->resolver)
		for_each_symbol(symbol, differ->patched)
			judge_new(differ, symbol);
	judge_exports(differ);
	for_each_section(section, differ->patched)
		judge_section(differ, section);
	for_each_section(section, differ->orig)
		if (is_judged_whole(section) && section->size &&
		    !counterpart(differ->patched, section))
			refuse(differ, KM215, NULL, section, 0, "section %s is removed",
			       section->name);
}
