// SPDX-License-Identifier: GPL-2.0
#include "special.h"

#include <fnmatch.h>
#include <kmend/patch.h>
#include <string.h>

#include "arch.h"

/* No kernel has longer ones. */
#define ENTRY_MAX 64

/* Those of every architecture; arch_specials() has the others, which come first. */
/* clang-format off */
static const struct special table[] = {
	{"__bug_table", SPECIAL_CODE, .line_offset = 8, .line_size = 2},
	/* Places of a fault and of its fixup; up to Linux 4.5 nothing else. */
	{"__ex_table", SPECIAL_CODE, .min_size = 8, .is_inside = true},
	{"__jump_table", SPECIAL_CODE, .min_size = 16},
	{".static_call_sites", SPECIAL_CODE, .min_size = 8},
	{".kcfi_traps", SPECIAL_CODE},
	{"__kcfi_traps", SPECIAL_CODE},
	{"__mcount_loc", SPECIAL_CODE, .is_derived = true},
	{"__patchable_function_entries", SPECIAL_CODE, .is_derived = true},
	/* Read of modules, too: what is said of the old function holds for the new one. */
	{"_error_injection_whitelist", SPECIAL_CODE, .min_size = 8},
	{"_kprobe_blacklist", SPECIAL_CODE, .min_size = 8},
	{"runtime_ptr_*", SPECIAL_BOOT},
	{"runtime_shift_*", SPECIAL_BOOT},
	{"__dyndbg_classes", SPECIAL_ONCE, "classes of debug messages"},
	{"__dyndbg*", SPECIAL_STATIC},
	{"__verbose", SPECIAL_STATIC},
	/* The names of events that code has at hand: what it uses is its own copy. */
	{"__tracepoint_str", SPECIAL_STATIC},
	{"__trace_printk_fmt", SPECIAL_STATIC},
	/* What UBSAN says of a place: file, line and column, and whether it has been said before. */
	{".data*..Lubsan_data*", SPECIAL_STATIC, .line_offset = 8, .line_size = 8},
	{".data*..L__unnamed_*", SPECIAL_STATIC, .line_offset = 8, .line_size = 8},
	{".data*..Lubsan_type*", SPECIAL_STATIC},
	{"__ksymtab*", SPECIAL_EXPORT},
	{"___ksymtab*", SPECIAL_EXPORT},
	{"__kcrctab*", SPECIAL_EXPORT},
	{"___kcrctab*", SPECIAL_EXPORT},
	{".export_symbol", SPECIAL_EXPORT},
	{"__tracepoints*", SPECIAL_ONCE, "tracepoints"},
	{"__bpf_raw_tp_map", SPECIAL_ONCE, "tracepoints for BPF"},
	{"_ftrace_events", SPECIAL_ONCE, "trace events"},
	{"_ftrace_eval_map", SPECIAL_ONCE, "enumerators of trace events"},
	{"_ftrace_annotated_branch", SPECIAL_ONCE, "profiled branches"},
	{"_ftrace_branch", SPECIAL_ONCE, "profiled branches"},
	{"__event_filters", SPECIAL_ONCE, "filters of trace events"},
	{"__syscalls_metadata", SPECIAL_ONCE, "system calls for tracing"},
	{".static_call_tramp_key", SPECIAL_ONCE, "exported static calls"},
	{".initcall*", SPECIAL_ONCE, "init calls"},
	{".con_initcall.init", SPECIAL_ONCE, "init calls of consoles"},
	{".security_initcall.init", SPECIAL_ONCE, "init calls of security modules"},
	{".exitcall.exit", SPECIAL_ONCE, "exit calls"},
	{".init_array*", SPECIAL_ONCE, "constructors"},
	{".ctors*", SPECIAL_ONCE, "constructors"},
	{".init.setup", SPECIAL_ONCE, "parameters of the command line"},
	{"__param", SPECIAL_ONCE, "parameters"},
	{"__obsparam", SPECIAL_ONCE, "parameters"},
	{".pci_fixup*", SPECIAL_ONCE, "PCI quirks"},
	{".lsm_info.init", SPECIAL_ONCE, "security modules"},
	{".early_lsm_info.init", SPECIAL_ONCE, "security modules"},
	{".kunit_*test_suites", SPECIAL_ONCE, "test suites"},
	{"___srcu_struct_ptrs", SPECIAL_ONCE, "SRCU domains"},
	{"__*_of_table", SPECIAL_ONCE, "drivers of the device tree"},
	{"__*_acpi_probe_table", SPECIAL_ONCE, "drivers of ACPI tables"},
	{"__thermal_table_governor", SPECIAL_ONCE, "thermal governors"},
	{"__governor_thermal_table", SPECIAL_ONCE, "thermal governors"},
	{"__earlycon_table", SPECIAL_ONCE, "early consoles"},
	{".BTF_ids", SPECIAL_ONCE, "BTF ids"},
	/* author.h's, read by callbacks.c and overrides.c */
	{KMEND_SEC_AUTHOR "*", SPECIAL_IGNORED},
	{".discard*", SPECIAL_IGNORED},
	{".printk_index", SPECIAL_IGNORED},
	{".modinfo", SPECIAL_IGNORED},
	{"__modver", SPECIAL_IGNORED},
	{".gnu.linkonce.this_module", SPECIAL_IGNORED},
	{".gnu.warning*", SPECIAL_IGNORED},
	{".note*", SPECIAL_IGNORED},
	{".llvm_addrsig", SPECIAL_IGNORED},
	{".eh_frame", SPECIAL_IGNORED},
};
/* clang-format on */

static bool has_prefix(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

static const struct special *find(const struct special *specials, size_t n, const char *section)
{
	for (size_t i = 0; i < n; i++)
		if (fnmatch(specials[i].name, section, 0) == 0)
			return &specials[i];
	return NULL;
}

/* Nearly all sections are one of these, and none of them is special. */
static bool is_plain(const char *section)
{
	return has_prefix(section, ".text.") || has_prefix(section, ".rodata.") ||
	       has_prefix(section, ".bss.") ||
	       (has_prefix(section, ".data.") && !strstr(section, "..L"));
}

const struct special *special_of(const char *section)
{
	size_t n;
	const struct special *specials = arch_specials(&n);

	if (is_plain(section))
		return NULL;
	return find(specials, n, section) ?: find(table, ARRAY_SIZE(table), section);
}

bool section_is_ordinary(const struct section *section)
{
	static const char *const patterns[] = {
		".data.*",
		".text",
		".data",
		".bss",
		".rodata",
		".init.*",
		".exit.*",
		".ref.*",
		".mem*",
		/* .noinstr.text, .sched.text, .entry.text and their like */
		"*.text",
		".fixup",
		".altinstr_replacement",
		".altinstr_aux",
		".altinstr_aux.*",
		".ldata.*",
		".lrodata.*",
		".lbss.*",
		/* kernel/sched/: the kernel's link puts these in their order. */
		"__*_sched_class",
	};

	if (is_plain(section->name))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++)
		if (fnmatch(patterns[i], section->name, 0) == 0)
			return true;
	return false;
}

bool section_is_copied(const struct section *section)
{
	return section->special && section->special->kind == SPECIAL_STATIC;
}

static int bad_layout(struct section *section, struct diag_list *diags)
{
	struct diag_where where = {.section = section->name, .file = section->object->path};

	return diag_add(diags, KM217, DIAG_ERROR, -ENOEXEC, &where,
			"special section is not an array of entries");
}

/* The place in code that an entry at offset describes. */
static bool describes_code(const struct section *section, uint64_t offset)
{
	size_t i = section_reloc_index(section, offset);
	struct target target;

	if (i == section->n_relocs || section->relocs[i].offset != offset)
		return false;
	target = reloc_target(&section->relocs[i]);
	if (!target.section || !(target.section->flags & SHF_EXECINSTR))
		return false;
	return !section->special->is_inside || !target.symbol || target.offset != 0 ||
	       !symbol_is_function(target.symbol);
}

static bool is_array_of(const struct section *section, uint64_t size)
{
	if (section->size % size)
		return false;
	for (uint64_t offset = 0; offset < section->size; offset += size)
		if (!describes_code(section, offset))
			return false;
	return true;
}

/*
 * Kernels differ in the size of entries, but each begins with the place that it describes: the
 * size is the smallest possible one at whose every multiple there is a reference to code. 0: none
 * is.
 */
static uint64_t entry_size(const struct section *section)
{
	uint64_t min = section->special->min_size ?: 4;

	if (section->entsize >= min && section->entsize <= ENTRY_MAX &&
	    is_array_of(section, section->entsize))
		return section->entsize;
	for (uint64_t size = min; size <= ENTRY_MAX && size <= section->size; size++)
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
		if (!section->special || (section->special->kind != SPECIAL_CODE &&
					  section->special->kind != SPECIAL_BOOT))
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

/* The function that an entry of a jump table leads into, past its start; NULL: it is no such. */
static const struct symbol *jump_target(const struct section *section, uint64_t offset)
{
	size_t i = section_reloc_index(section, offset);
	struct target target;

	if (i == section->n_relocs || section->relocs[i].offset != offset ||
	    section->relocs[i].type != arch_reloc_address())
		return NULL;
	target = reloc_target(&section->relocs[i]);
	if (!target.symbol || !target.section || !symbol_is_function(target.symbol) ||
	    target.offset == 0)
		return NULL;
	return symbol_owner(target.symbol);
}

#define JUMP_ENTRY 8

/*
 * Functions of sections that the source names (.sched.text, .ref.text, .init.text) have the tables
 * of their switches in one section, .rodata. All of a table's entries are in one function.
 */
static bool jump_table_range(struct section *section, uint64_t from, struct range *ret)
{
	const struct symbol *function = jump_target(section, from);
	uint64_t to = from + JUMP_ENTRY;

	if (!function || strcmp(section->name, ".rodata") != 0)
		return false;
	while (from >= JUMP_ENTRY && jump_target(section, from - JUMP_ENTRY) == function)
		from -= JUMP_ENTRY;
	while (jump_target(section, to) == function)
		to += JUMP_ENTRY;
	*ret = (struct range){section, from, to};
	return true;
}

int special_unnamed_range(const struct target *target, const struct entry *entry, struct range *ret)
{
	struct section *section = target->section;
	uint64_t from = target->offset, length;

	if (!section || target->symbol || target->offset < 0 || from > section->size)
		return -ENOENT;
	if (section_is_code(section) && entry &&
	    strcmp(section->name, ".altinstr_replacement") == 0) {
		length = arch_replacement_length(entry->section->data + entry->offset, entry->size);
		if (!section->data || length > section->size - from)
			return length ? -ENOENT : (*ret = (struct range){section, from, from}, 0);
		*ret = (struct range){section, from, from + length};
		return 0;
	}
	if (!section->data || (section_is_writable(section) && !section_is_copied(section)))
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
	if (jump_table_range(section, from, ret))
		return 0;
	*ret = (struct range){section, 0, section->size};
	return 0;
}
