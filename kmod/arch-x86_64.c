// SPDX-License-Identifier: GPL-2.0
#include "arch.h"

#include <linux/preempt.h>
#include <linux/ptrace.h>
#include <linux/sched/task_stack.h>
#include <linux/uaccess.h>
#include <asm/unwind.h>

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
