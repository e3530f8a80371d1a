// SPDX-License-Identifier: GPL-2.0
#include "special.h"

#include <string.h>

#include "arch.h"

/* No kernel has longer ones. */
#define ENTRY_MAX 64

/* clang-format off */
static const struct special table[] = {
	{"__bug_table", .kind = SPECIAL_CODE, .line_offset = 8, .line_size = 2},
	{".altinstructions", .kind = SPECIAL_CODE},
	{".smp_locks", .kind = SPECIAL_CODE},
	{".parainstructions", .kind = SPECIAL_CODE, .padded_size = 12},
	{"__ex_table", .kind = SPECIAL_CODE},
	{"__jump_table", .kind = SPECIAL_CODE},
	{".static_call_sites", .kind = SPECIAL_CODE},
	{".retpoline_sites", .kind = SPECIAL_CODE},
	{".return_sites", .kind = SPECIAL_CODE},
	{".call_sites", .kind = SPECIAL_CODE},
	{".cfi_sites", .kind = SPECIAL_CODE},
	{".ibt_endbr_seal", .kind = SPECIAL_CODE},
	{".kcfi_traps", .kind = SPECIAL_CODE},
	{"__mcount_loc", .kind = SPECIAL_CODE, .is_derived = true},
	{"__patchable_function_entries", .kind = SPECIAL_CODE, .is_derived = true},
	{".orc_unwind_ip", .kind = SPECIAL_CODE, .pair = ".orc_unwind", .is_derived = true},
	{".orc_unwind", .kind = SPECIAL_PAIRED},
	{"__dyndbg", .is_prefix = true, .kind = SPECIAL_STATIC},
	{"__verbose", .kind = SPECIAL_STATIC},
	{"__ksymtab", .is_prefix = true, .kind = SPECIAL_EXPORT},
	{"___ksymtab", .is_prefix = true, .kind = SPECIAL_EXPORT},
	{"__kcrctab", .is_prefix = true, .kind = SPECIAL_EXPORT},
	{"___kcrctab", .is_prefix = true, .kind = SPECIAL_EXPORT},
	{".export_symbol", .kind = SPECIAL_EXPORT},
	{"__tracepoints", .is_prefix = true, .kind = SPECIAL_ONCE},
	{"__bpf_raw_tp_map", .kind = SPECIAL_ONCE},
	{"_ftrace_events", .kind = SPECIAL_ONCE},
	{"_ftrace_eval_map", .kind = SPECIAL_ONCE},
	{"__syscalls_metadata", .kind = SPECIAL_ONCE},
	{"__event_filters", .kind = SPECIAL_ONCE},
	{".initcall", .is_prefix = true, .kind = SPECIAL_ONCE},
	{".con_initcall.init", .kind = SPECIAL_ONCE},
	{".exitcall.exit", .kind = SPECIAL_ONCE},
	{".init.setup", .kind = SPECIAL_ONCE},
	{"__param", .kind = SPECIAL_ONCE},
	{".pci_fixup", .is_prefix = true, .kind = SPECIAL_ONCE},
	{"_error_injection_whitelist", .kind = SPECIAL_ONCE},
	{"_kprobe_blacklist", .kind = SPECIAL_ONCE},
	{".discard", .is_prefix = true, .kind = SPECIAL_IGNORED},
	{".printk_index", .kind = SPECIAL_IGNORED},
	{"__trace_printk_fmt", .kind = SPECIAL_IGNORED},
	{"__tracepoint_str", .kind = SPECIAL_IGNORED},
	{".modinfo", .kind = SPECIAL_IGNORED},
	{"__modver", .kind = SPECIAL_IGNORED},
	{".gnu.linkonce.this_module", .kind = SPECIAL_IGNORED},
	{".note", .is_prefix = true, .kind = SPECIAL_IGNORED},
	{".orc_header", .kind = SPECIAL_IGNORED},
	{".BTF_ids", .kind = SPECIAL_ONCE},
	{".llvm_addrsig", .kind = SPECIAL_IGNORED},
	{".eh_frame", .kind = SPECIAL_IGNORED},
};
/* clang-format on */

static bool has_prefix(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

const struct special *special_of(const char *section)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].is_prefix ? has_prefix(section, table[i].name) :
					 strcmp(section, table[i].name) == 0)
			return &table[i];
	return NULL;
}

bool section_is_ordinary(const struct section *section)
{
	static const char *const names[] = {".text", ".data", ".bss", ".rodata"};
	static const char *const prefixes[] = {
		".text.",
		".data.",
		".bss.",
		".rodata.",
		".init.",
		".exit.",
		".ref.",
		".mem",
		".altinstr_",
		".fixup",
		".static_call.text",
		".ldata.",
		".lrodata.",
		".lbss.",
	};
	size_t n = strlen(section->name);

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(section->name, names[i]) == 0)
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (has_prefix(section->name, prefixes[i]))
			return true;
	/* .noinstr.text, .sched.text, .entry.text and their like */
	return section_is_code(section) && n > 5 && strcmp(section->name + n - 5, ".text") == 0;
}

static int bad_layout(struct section *section, struct diag_list *diags)
{
	struct diag_where where = {.section = section->name, .file = section->object->path};

	return diag_add(diags, KM217, DIAG_ERROR, -ENOEXEC, &where,
			"special section is not an array of entries");
}

static bool is_array_of(const struct section *section, uint64_t size)
{
	if (section->size % size)
		return false;
	for (uint64_t offset = 0; offset < section->size; offset += size) {
		size_t i = section_reloc_index(section, offset);

		if (i == section->n_relocs || section->relocs[i].offset != offset)
			return false;
		if (!section->relocs[i].symbol->section ||
		    !(section->relocs[i].symbol->section->flags & SHF_EXECINSTR))
			return false;
	}
	return true;
}

/*
 * Kernels differ in the size of entries, but each begins with the place that it describes: the
 * size is the smallest at whose every multiple there is a reference to code. 0: none is.
 */
static uint64_t entry_size(const struct section *section)
{
	if (section->entsize > 1 && section->entsize <= ENTRY_MAX &&
	    is_array_of(section, section->entsize))
		return section->entsize;
	for (uint64_t size = 4; size <= ENTRY_MAX && size <= section->size; size++)
		if (is_array_of(section, size))
			return size;
	return 0;
}

static uint64_t align_to(uint64_t size, uint64_t align)
{
	return (size + align - 1) / align * align;
}

static int add_entry(struct section *section, uint64_t offset, uint64_t size)
{
	size_t i = section_reloc_index(section, offset);
	struct target target;
	struct section *owner;

	if (i == section->n_relocs || section->relocs[i].offset != offset)
		return -ENOEXEC;
	target = reloc_target(&section->relocs[i]);
	owner = target.section;
	if (!owner)
		return -ENOEXEC;
	if (!(owner->flags & SHF_ALLOC))
		return 0;
	if (owner->n_entries == owner->entries_allocated) {
		size_t n = owner->entries_allocated ? owner->entries_allocated * 2 : 8;
		struct entry *entries = reallocarray(owner->entries, n, sizeof(*entries));

		if (!entries)
			return -ENOMEM;
		owner->entries = entries;
		owner->entries_allocated = n;
	}
	owner->entries[owner->n_entries++] = (struct entry){
		.special = section->special,
		.section = section,
		.offset = offset,
		.size = size,
		.owner = (target.symbol ? target.symbol->value : 0) + target.offset,
	};
	return 0;
}

static int attach_section(struct section *section, struct diag_list *diags)
{
	const struct special *special = section->special;
	uint64_t size = special->padded_size ?: entry_size(section);
	uint64_t stride = special->padded_size ? align_to(size, section->align) : size;
	int r;

	if (section->size == 0)
		return 0;
	if (!section->data || size == 0 ||
	    (section->size % stride && section->size % stride != size))
		return bad_layout(section, diags);
	for (uint64_t offset = 0; offset < section->size; offset += stride) {
		r = add_entry(section, offset, size);
		if (r == -ENOMEM)
			return diag_error(diags, KM104, r, "out of memory");
		if (r < 0)
			return bad_layout(section, diags);
	}
	return 0;
}

static int by_owner(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->owner != y->owner)
		return x->owner < y->owner ? -1 : 1;
	if (x->special != y->special)
		return x->special < y->special ? -1 : 1;
	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

int special_attach(struct object *object, struct diag_list *diags)
{
	int r;

	for_each_section(section, object)
		if (section->flags & SHF_ALLOC)
			section->special = special_of(section->name);
	for_each_section(section, object) {
		if (!section->special || section->special->kind != SPECIAL_CODE)
			continue;
		r = attach_section(section, diags);
		if (r < 0)
			return r;
	}
	for_each_section(section, object)
		if (section->n_entries)
			qsort(section->entries, section->n_entries, sizeof(*section->entries),
			      by_owner);
	return 0;
}

/* struct alt_instr ends with the lengths; a byte of padding length follows in older kernels. */
static uint64_t replacement_length(const struct entry *entry)
{
	const uint8_t *data = entry->section->data + entry->offset;

	return entry->size == 13 ? data[11] : data[entry->size - 1];
}

/* Code outside functions (.altinstr_aux, .fixup) runs until it jumps back. */
static int code_range(struct section *section, uint64_t from, struct range *ret)
{
	uint64_t at = from;
	struct insn insn = {0};

	while (!insn.is_end) {
		if (at >= section->size ||
		    arch_decode(section->data + at, section->size - at, &insn) < 0)
			return -ENOENT;
		at += insn.length;
	}
	*ret = (struct range){section, from, at};
	return 0;
}

int special_unnamed_range(const struct target *target, const struct entry *entry, struct range *ret)
{
	struct section *section = target->section;
	uint64_t from = target->offset, length;

	if (!section || target->symbol || target->offset < 0 || from > section->size)
		return -ENOENT;
	if (section_is_code(section) && entry &&
	    strcmp(section->name, ".altinstr_replacement") == 0) {
		length = entry->size >= 12 ? replacement_length(entry) : 0;
		if (!section->data || length > section->size - from)
			return length ? -ENOENT : (*ret = (struct range){section, from, from}, 0);
		*ret = (struct range){section, from, from + length};
		return 0;
	}
	if (!section->data || section_is_writable(section))
		return -ENOENT;
	if (section_is_code(section))
		return code_range(section, from, ret);
	if (section_is_strings(section)) {
		length = section_string_size(section, from);
		if (length == 0)
			return -ENOENT;
		*ret = (struct range){section, from, from + length};
		return 0;
	}
	if ((section->flags & SHF_MERGE) && section->entsize && from < section->size &&
	    section->size % section->entsize == 0) {
		from -= from % section->entsize;
		*ret = (struct range){section, from, from + section->entsize};
		return 0;
	}
	*ret = (struct range){section, 0, section->size};
	return 0;
}
