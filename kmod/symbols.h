/* SPDX-License-Identifier: GPL-2.0 */
/* Functions and data of the kernel that modules cannot link to. */
#ifndef KMEND_SYMBOLS_H
#define KMEND_SYMBOLS_H

#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/stacktrace.h>

struct ftrace_hash;
struct ftrace_ops;
struct klp_patch;

struct kernel_symbols {
	unsigned long (*ftrace_location)(unsigned long ip);
	void (*ftrace_free_filter)(struct ftrace_ops *ops);
	int (*arch_stack_walk_reliable)(stack_trace_consume_fn consume_entry, void *cookie,
					struct task_struct *task);
	struct task_struct *(*idle_task)(int cpu);
	void (*put_task_stack)(struct task_struct *task);
	struct module *(*find_module)(const char *name);
	int (*kallsyms_lookup_size_offset)(unsigned long addr, unsigned long *symbolsize,
					   unsigned long *offset);
	int (*core_kernel_text)(unsigned long addr);
	void *(*text_poke)(void *addr, const void *opcode, size_t len);
	void (*text_poke_sync)(void);
	const int *ftrace_enabled;
	const void *notes_start;
	const void *notes_stop;
	rwlock_t *tasklist_lock;

	/* The in-tree livepatch engine's: its lock, its patches, the one under way. */
	struct mutex *klp_mutex;
	struct list_head *klp_patches;
	struct klp_patch **klp_transition_patch;

	/* Who else has ftrace call him for a function: for messages. */
	struct ftrace_ops **ftrace_ops_list;
	void *(*ftrace_lookup_ip)(struct ftrace_hash *hash, unsigned long ip);
	struct kprobe *(*get_kprobe)(void *addr);
	const void *klp_ftrace_handler;
	const void *kprobe_ftrace_handler;

	/* Code in which RCU may not be watching; NULL where a kernel keeps it with the rest. */
	const char *cpuidle_text_start, *cpuidle_text_end;
	const char *noinstr_text_start, *noinstr_text_end;
	unsigned long (*ftrace_find_rec_direct)(unsigned long ip); /* NULL: there are none */

	/* What a call passes through from a function's entry on, and ftrace's records of it. */
	const void *ftrace_caller, *ftrace_regs_caller, *ftrace_regs_op_ptr, *ftrace_regs_call;
	const void *ftrace_list_func;
	struct ftrace_ops **function_trace_op;
	struct ftrace_rec_iter *(*ftrace_rec_iter_start)(void);
	struct ftrace_rec_iter *(*ftrace_rec_iter_next)(struct ftrace_rec_iter *iter);
	struct dyn_ftrace *(*ftrace_rec_iter_record)(struct ftrace_rec_iter *iter);
	const int *ftrace_disabled;
	struct mutex *ftrace_lock, *text_mutex;
	void (*text_poke_bp)(void *addr, const void *opcode, size_t len, const void *emulate);
};

extern struct kernel_symbols kernel;

/* Fill in "kernel". Returns 0, or -ENOENT when this kernel lacks one, which is logged by name. */
int symbols_resolve(void);

#endif
