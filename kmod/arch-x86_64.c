// SPDX-License-Identifier: GPL-2.0
#include "arch.h"

#include <linux/elf.h>
#include <linux/errno.h>
#include <linux/ftrace.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/ptrace.h>
#include <linux/sched/task_stack.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <asm/unwind.h>

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

static bool is_on_task_stack(unsigned long sp)
{
	return sp - (unsigned long)task_stack_page(current) < THREAD_SIZE;
}

/*
 * Has the walk arrived at what was interrupted? Interrupts have a stack of their own, except where
 * they interrupt each other; there, and in an NMI, registers on the stack mark the place. Without
 * an interrupt, registers belong to an exception, as a page fault, which the code brought about.
 */
static bool is_beyond(struct unwind_state *state, bool began_in_task)
{
	if (!began_in_task && state->stack_info.type == STACK_TYPE_TASK)
		return true;
	return (in_hardirq() || in_nmi()) && unwind_get_entry_regs(state, NULL);
}

static void walk(struct unwind_state *state, bool began_in_task, arch_walk_fn fn, void *data)
{
	for (; !unwind_done(state) && !is_beyond(state, began_in_task); unwind_next_frame(state)) {
		struct pt_regs *regs = unwind_get_entry_regs(state, NULL);
		unsigned long addr;

		if (regs && user_mode(regs))
			return;
		addr = unwind_get_return_address(state);
		/* The call may be its function's last instruction. */
		if (!addr || fn(regs ? addr : addr - 1, data))
			return;
	}
}

/*
 * A wild pointer was called, and there is no code where the registers are: the caller is what was
 * pushed last.
 */
static bool step_out(const struct pt_regs *regs, struct pt_regs *ret)
{
	*ret = *regs;
	ret->sp += sizeof(ret->ip);
	return copy_from_kernel_nofault(&ret->ip, (void *)regs->sp, sizeof(ret->ip)) == 0;
}

void arch_walk_from(struct pt_regs *regs, arch_walk_fn fn, void *data)
{
	struct unwind_state state;
	struct pt_regs outside;

	if (user_mode(regs) || fn(regs->ip, data))
		return;
	unwind_start(&state, current, regs, NULL);
	if (unwind_error(&state)) {
		if (!step_out(regs, &outside) || fn(outside.ip - 1, data))
			return;
		unwind_start(&state, current, &outside, NULL);
	}
	walk(&state, is_on_task_stack(regs->sp), fn, data);
}

void arch_walk_from_here(arch_walk_fn fn, void *data)
{
	struct unwind_state state;

	unwind_start(&state, current, NULL, NULL);
	walk(&state, is_on_task_stack((unsigned long)&state), fn, data);
}

struct pt_regs *arch_trap_regs(void)
{
	struct unwind_state state;

	for (unwind_start(&state, current, NULL, NULL); !unwind_done(&state);
	     unwind_next_frame(&state)) {
		bool partial;
		struct pt_regs *regs = unwind_get_entry_regs(&state, &partial);

		if (regs)
			return partial || user_mode(regs) ? NULL : regs;
	}
	return NULL;
}

unsigned int arch_reloc_width(unsigned int type)
{
	switch (type) {
	case R_X86_64_64:
	case R_X86_64_PC64:
		return 8;
	case R_X86_64_32:
	case R_X86_64_32S:
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
		return 4;
	default:
		return 0;
	}
}

int arch_reloc_value(unsigned int type, unsigned long place, unsigned long symbol, s64 addend,
		     u64 *ret)
{
	u64 value = symbol + addend;

	switch (type) {
	case R_X86_64_PC64:
		value -= place;
		break;
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
		value -= place;
		if ((s64)value != (s32)value)
			return -ERANGE;
		break;
	case R_X86_64_32:
		if (value != (u32)value)
			return -ERANGE;
		break;
	case R_X86_64_32S:
		if ((s64)value != (s32)value)
			return -ERANGE;
		break;
	default:
		break;
	}
	*ret = value;
	return 0;
}

void arch_write_begin(void)
{
	mutex_lock(kernel.text_mutex);
}

void arch_write(void *to, const void *from, size_t size)
{
	kernel.text_poke(to, from, size);
}

void arch_write_end(void)
{
	kernel.text_poke_sync();
	mutex_unlock(kernel.text_mutex);
}
