// SPDX-License-Identifier: GPL-2.0
/*
 * Line numbers in code. A fix moves the lines below it, and macros that pass __LINE__ then give
 * functions that nobody touched another constant. Such a constant is recognised by where it goes:
 * the argument of a function that is known to take a line number there.
 */
#include <string.h>

#include "../object/arch.h"
#include "differ.h"

static const struct {
	const char *name;
	unsigned argument; /* from 0 */
} takers[] = {
	{"__might_sleep", 1},
	{"___might_sleep", 1},
	{"__might_resched", 1},
	{"__might_fault", 1},
	{"__cant_sleep", 1},
	{"__cant_migrate", 1},
	{"lockdep_rcu_suspicious", 1},
	{"warn_slowpath_null", 1},
	{"warn_slowpath_fmt", 1},
	{"warn_slowpath_fmt_taint", 1},
	{"__btrfs_abort_transaction", 2},
	{"__btrfs_handle_fs_error", 2},
	{"__btrfs_panic", 2},
	{"btrfs_assertfail", 2},
	{"__ext4_error", 2},
	{"__ext4_error_inode", 2},
	{"__ext4_error_file", 2},
	{"__ext4_std_error", 2},
	{"__ext4_warning", 2},
	{"__ext4_warning_inode", 2},
	{"__ext4_journal_stop", 1},
	{"__ext4_journal_get_write_access", 1},
	{"__ext4_journal_get_create_access", 1},
	{"__ext4_handle_dirty_metadata", 1},
	{"__ext4_forget", 1},
};

/* Arguments are set up this close to the call. */
#define DISTANCE_MAX 12

static bool takes_line(const struct symbol *callee, unsigned argument)
{
	for (size_t i = 0; i < ARRAY_SIZE(takers); i++)
		if (takers[i].argument == argument && strcmp(takers[i].name, callee->name) == 0)
			return true;
	return false;
}

/* The function that a call instruction calls, NULL where that is not a direct call. */
static const struct symbol *callee_at(const struct symbol *symbol, uint64_t from, uint64_t to)
{
	for_each_reloc(reloc, symbol->section, symbol->value + from, symbol->value + to)
		if (reloc->is_branch)
			return reloc_target(reloc).symbol;
	return NULL;
}

bool is_line_argument(const struct symbol *symbol, uint64_t offset)
{
	const uint8_t *code = symbol->section->data + symbol->value;
	uint64_t at = offset;
	unsigned argument;
	struct insn insn;

	if (arch_decode(code + at, symbol->size - at, &insn) < 0 ||
	    arch_argument_constant(code + at, insn.length, &argument) < 0)
		return false;
	for (unsigned i = 0; i < DISTANCE_MAX; i++) {
		const struct symbol *callee;

		at += insn.length;
		if (at >= symbol->size || arch_decode(code + at, symbol->size - at, &insn) < 0)
			return false;
		callee = callee_at(symbol, at, at + insn.length);
		if (callee)
			return takes_line(callee, argument);
		if (insn.is_branch || insn.is_end)
			return false;
	}
	return false;
}
