/* SPDX-License-Identifier: GPL-2.0 */
/* What depends on the architecture; each has its arch-NAME.c. */
#ifndef KMEND_ARCH_H
#define KMEND_ARCH_H

#include <linux/ftrace.h>
#include <linux/types.h>

#include "compat.h"

struct pt_regs;

/*
 * What ftrace is asked to save for a callback, and whether it may save nothing all the same. The
 * latter is for architectures where kernels differ: they say SAVE_REGS_IF_SUPPORTED besides, as
 * that alone asks for nothing where registers are supported.
 */
#define ARCH_OP_FLAGS      FTRACE_OPS_FL_SAVE_REGS
#define ARCH_MAY_LACK_REGS false

/*
 * In a callback: have the caller go on at addr in place of the old function. False where there are
 * no registers to say so in: then he gets the old function.
 */
static __always_inline bool arch_send_to(struct ftrace_regs *fregs, unsigned long addr)
{
	if (ARCH_MAY_LACK_REGS && !fregs)
		return false;
	ftrace_regs_set_instruction_pointer(fregs, addr);
	return true;
}

/* What is found at a function's entry, where ftrace has its place. */
enum arch_entry {
	ARCH_ENTRY_CALL,
	ARCH_ENTRY_NOP, /* as it is while ftrace has nothing to call */
	ARCH_ENTRY_OTHER, /* neither, or it cannot be read */
};

/* Decode the instruction at ip; *ret_target is where a call goes. Needs text_mutex. */
enum arch_entry arch_read_entry(unsigned long ip, unsigned long *ret_target);

/* Write a call over the NOP at ip. Needs text_mutex. */
void arch_write_call(unsigned long ip, unsigned long target);

/* Does the trampoline that ftrace made for this op alone call its function, with itself? */
bool arch_trampoline_reaches(const struct ftrace_ops *ops);

/* The trampolines that all ops share: with all registers for the callback, and with arguments only. */
unsigned long arch_regs_trampoline(void);
unsigned long arch_args_trampoline(void);

/* What the shared one with registers calls, or 0. */
unsigned long arch_regs_trampoline_calls(void);

/* Returns true to end the walk. */
typedef bool (*arch_walk_fn)(unsigned long addr, void *data);

/*
 * Walk over the code addresses that led to where regs are, innermost first: return addresses are
 * those of the calls. The walk ends where that code was entered, or interrupted something else:
 * what was interrupted is not to blame. regs: on the current task's or CPU's stacks.
 */
void arch_walk_from(struct pt_regs *regs, arch_walk_fn fn, void *data);

/* The same from the caller of this on. */
void arch_walk_from_here(arch_walk_fn fn, void *data);

/* The registers of the innermost exception or interrupt that the caller is in; NULL: none. */
struct pt_regs *arch_trap_regs(void);

/* Bytes that a relocation of this type fills; 0: it is not known. */
unsigned int arch_reloc_width(unsigned int type);

/*
 * What it fills them with, in the first bytes of *ret, for a symbol at an address. Returns 0, or
 * -ERANGE where that does not fit.
 */
int arch_reloc_value(unsigned int type, unsigned long place, unsigned long symbol, s64 addend,
		     u64 *ret);

/*
 * Write to code or data that cannot be written to otherwise, and that nobody runs or reads
 * meanwhile. Between begin and end, which may sleep; then every CPU sees it, also as code.
 */
void arch_write_begin(void);
void arch_write(void *to, const void *from, size_t size);
void arch_write_end(void);

#endif
