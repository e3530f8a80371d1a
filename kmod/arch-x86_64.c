// SPDX-License-Identifier: GPL-2.0
#include "arch.h"

#include <linux/ftrace.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "symbols.h"

#define CALL_SIZE   5
#define CALL_OPCODE 0xe8

/* The NOP of five bytes that the kernel uses at function entries. */
static const u8 nop[CALL_SIZE] = {0x0f, 0x1f, 0x44, 0x00, 0x00};

/* mov disp32(%rip), %rdx: loads the callback's third argument, the op. */
static const u8 load_op[] = {0x48, 0x8b, 0x15};

static unsigned long relative(const u8 *code, unsigned long end)
{
	s32 distance;

	memcpy(&distance, code, sizeof(distance));
	return end + distance;
}

/* Where the call at this address goes, or 0 if there is none. */
static unsigned long read_call(unsigned long at)
{
	u8 code[CALL_SIZE];

	if (copy_from_kernel_nofault(code, (void *)at, sizeof(code)) || code[0] != CALL_OPCODE)
		return 0;
	return relative(code + 1, at + CALL_SIZE);
}

enum arch_entry arch_read_entry(unsigned long ip, unsigned long *ret_target)
{
	u8 code[CALL_SIZE];

	if (copy_from_kernel_nofault(code, (void *)ip, sizeof(code)))
		return ARCH_ENTRY_OTHER;
	if (memcmp(code, nop, sizeof(nop)) == 0)
		return ARCH_ENTRY_NOP;
	if (code[0] != CALL_OPCODE)
		return ARCH_ENTRY_OTHER;
	*ret_target = relative(code + 1, ip + CALL_SIZE);
	return ARCH_ENTRY_CALL;
}

void arch_write_call(unsigned long ip, unsigned long target)
{
	s32 distance = target - (ip + CALL_SIZE);
	u8 code[CALL_SIZE] = {CALL_OPCODE};

	memcpy(code + 1, &distance, sizeof(distance));
	kernel.text_poke_bp((void *)ip, code, sizeof(code), NULL);
}

/* An op's own trampoline is a copy of the shared one, with these two places filled in anew. */
bool arch_trampoline_reaches(const struct ftrace_ops *ops)
{
	unsigned long shared = (unsigned long)kernel.ftrace_regs_caller;
	unsigned long load = ops->trampoline + (unsigned long)kernel.ftrace_regs_op_ptr - shared;
	unsigned long call = ops->trampoline + (unsigned long)kernel.ftrace_regs_call - shared;
	u8 code[sizeof(load_op) + sizeof(s32)];
	const struct ftrace_ops *loaded;

	if (copy_from_kernel_nofault(code, (void *)load, sizeof(code)) ||
	    memcmp(code, load_op, sizeof(load_op)) != 0)
		return false;
	if (copy_from_kernel_nofault(&loaded,
				     (void *)relative(code + sizeof(load_op), load + sizeof(code)),
				     sizeof(loaded)))
		return false;
	return loaded == ops && read_call(call) == (unsigned long)ops->func;
}

unsigned long arch_regs_trampoline(void)
{
	return (unsigned long)kernel.ftrace_regs_caller;
}

unsigned long arch_args_trampoline(void)
{
	return (unsigned long)kernel.ftrace_caller;
}

unsigned long arch_regs_trampoline_calls(void)
{
	return read_call((unsigned long)kernel.ftrace_regs_call);
}
