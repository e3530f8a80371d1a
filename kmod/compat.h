/* SPDX-License-Identifier: GPL-2.0 */
/* Every difference between kernel versions that the core has to know of, and nothing else. */
#ifndef KMEND_COMPAT_H
#define KMEND_COMPAT_H

#include <linux/ftrace.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/version.h>
#include <trace/events/error_report.h>

#if !defined(CONFIG_X86_64) || !defined(CONFIG_DYNAMIC_FTRACE_WITH_REGS)
#error "kmend needs an x86_64 kernel with CONFIG_DYNAMIC_FTRACE_WITH_REGS"
#endif

#if !defined(CONFIG_LIVEPATCH) || !defined(CONFIG_HAVE_RELIABLE_STACKTRACE)
#error "kmend needs a kernel with CONFIG_LIVEPATCH and reliable stack traces"
#endif

#ifndef ftrace_regs_set_instruction_pointer /* before 6.2 */
#define ftrace_regs_set_instruction_pointer(fregs, ip) ftrace_instruction_pointer_set(fregs, ip)
#endif

/* Where a loaded module's code is, in bytes. The init part, which goes away, does not count. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
static inline unsigned long module_text_start(const struct module *mod)
{
	return (unsigned long)mod->mem[MOD_TEXT].base;
}

static inline unsigned long module_text_size(const struct module *mod)
{
	return mod->mem[MOD_TEXT].size;
}

/* Its read-only data. */
static inline const void *module_rodata_start(const struct module *mod)
{
	return mod->mem[MOD_RODATA].base;
}

static inline unsigned long module_rodata_size(const struct module *mod)
{
	return mod->mem[MOD_RODATA].size;
}
#else
static inline unsigned long module_text_start(const struct module *mod)
{
	return (unsigned long)mod->core_layout.base;
}

static inline unsigned long module_text_size(const struct module *mod)
{
	return mod->core_layout.text_size;
}

static inline const void *module_rodata_start(const struct module *mod)
{
	return mod->core_layout.base + mod->core_layout.text_size;
}

static inline unsigned long module_rodata_size(const struct module *mod)
{
	return mod->core_layout.ro_size - mod->core_layout.text_size;
}
#endif

/* Argument number n of a function that an op without saved registers is called for. */
static inline unsigned long compat_ftrace_argument(struct ftrace_regs *fregs, unsigned int n)
{
#ifdef ftrace_regs_get_argument /* since 6.2 */
	return ftrace_regs_get_argument(fregs, n);
#else
	return regs_get_kernel_argument(&fregs->regs, n);
#endif
}

/* Does the tracepoint error_report_end tell of warnings? */
static inline bool compat_warnings_are_reported(void)
{
	return LINUX_VERSION_CODE >= KERNEL_VERSION(5, 17, 0);
}

static inline bool compat_is_warning(enum error_detector detector)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 17, 0)
	return detector == ERROR_DETECTOR_WARN;
#else
	return false;
#endif
}

/* Copy a string into an event's entry, where its source is known since 6.10. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
#define compat_assign_str(field, source) __assign_str(field)
#else
#define compat_assign_str(field, source) __assign_str(field, source)
#endif

/* True while the task's saved stack pointer is out of date, because a CPU runs it. */
static inline bool task_on_any_cpu(const struct task_struct *task)
{
#ifdef CONFIG_SMP
	return READ_ONCE(task->on_cpu);
#else
	return task == current;
#endif
}

/*
 * A direct call at a function's entry that leaves no room for us. Since 6.0 the one who made it can
 * be told of us and arrange himself, as BPF trampolines do.
 */
static inline bool ops_is_unshared_direct(const struct ftrace_ops *ops)
{
#ifndef CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS
	return false;
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 0, 0)
	return (ops->flags & FTRACE_OPS_FL_DIRECT) && !ops->ops_func;
#else
	return ops->flags & FTRACE_OPS_FL_DIRECT;
#endif
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 18, 0)
#include "symbols.h"

/* Not exported. */
#define ftrace_free_filter(ops) kernel.ftrace_free_filter(ops)

/* Takes no constant types, though it changes none. */
#define kobject_init(kobj, ktype) kobject_init(kobj, (struct kobj_type *)(ktype))

static inline int ftrace_set_filter_ips(struct ftrace_ops *ops, unsigned long *ips,
					unsigned int cnt, int remove, int reset)
{
	unsigned int i;
	int r = 0;

	for (i = 0; !r && i < cnt; i++)
		r = ftrace_set_filter_ip(ops, ips[i], remove, reset && i == 0);
	return r;
}
#endif

#endif
