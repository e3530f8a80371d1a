/* SPDX-License-Identifier: GPL-2.0 */
/* What depends on the architecture; each has its arch-NAME.c. */
#ifndef KMEND_ARCH_H
#define KMEND_ARCH_H

#include <linux/types.h>

struct pt_regs;

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

#endif
