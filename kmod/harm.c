// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "harm.h"

#include <linux/cpumask.h>
#include <linux/ftrace.h>
#include <linux/kdebug.h>
#include <linux/module.h>
#include <linux/panic.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/tracepoint.h>
#include <linux/workqueue.h>
#include <asm/irq_regs.h>
#include <trace/events/error_report.h>

#include "arch.h"
#include "compat.h"
#include "fault.h"
#include "guard.h"
#include "registry.h"
#include "symbols.h"

/*
 * How each is noticed, on kernels as distributions build them:
 *
 * - an oops, or a BUG(): a die notifier, with the registers of the fault.
 * - a warning, KFENCE, KASAN: the tracepoint error_report_end. It is called on the stack of what it
 *   reports, so the registers of the trap are found below. A redirect of __warn() by ftrace would
 *   get them as an argument, but it goes with kernel.ftrace_enabled, and one that saves registers
 *   can leave ftrace broken behind (doc/ftrace.md); kprobes can be switched off by hand as well.
 * - a soft lockup: it has neither. Its text on the console could be read (tracepoint console), but
 *   texts change, and every message would pay. What is part of no text is that it taints the
 *   kernel: add_taint(TAINT_SOFTLOCKUP) has been called by the watchdog alone, from its timer's
 *   interrupt, since there is such a taint. That call is seen by ftrace. As long as a function is
 *   redirected, ftrace cannot be switched off.
 * - an RCU stall: the tracepoint rcu_stall_warning, where the kernel has it (CONFIG_RCU_TRACE,
 *   which Debian's have not), and where the CPU itself reports it. Mostly it is a soft lockup too,
 *   and that is noticed first.
 *
 * All of them come in contexts in which hardly anything may be done, so what is noticed is written
 * to a slot, and the guard is woken for the rest.
 */

#define SLOTS 8

enum slot_state {
	SLOT_FREE,
	SLOT_BEING_WRITTEN,
	SLOT_FULL,
};

static struct slot {
	atomic_t state;
	struct harm harm;
} slots[SLOTS];

static const char *const names[_HARM_MAX] = {
	[HARM_OOPS] = "an oops",
	[HARM_WARNING] = "a kernel warning",
	[HARM_MEMORY] = "an invalid memory access",
	[HARM_LOCKUP] = "a soft lockup",
	[HARM_STALL] = "an RCU stall",
};

/* CPUs in a soft lockup that have not been heard of since. */
static struct cpumask stuck;
static DEFINE_PER_CPU(struct work_struct, sign_of_life);

const char *harm_name(const struct harm *harm)
{
	return names[harm->kind];
}

static void put(const struct harm *harm)
{
	unsigned int i;

	for (i = 0; i < SLOTS; i++) {
		if (atomic_cmpxchg(&slots[i].state, SLOT_FREE, SLOT_BEING_WRITTEN) != SLOT_FREE)
			continue;
		slots[i].harm = *harm;
		/* Pairs with the acquire in harm_take(). */
		atomic_set_release(&slots[i].state, SLOT_FULL);
		guard_wake();
		return;
	}
}

bool harm_take(struct harm *ret)
{
	unsigned int i;

	for (i = 0; i < SLOTS; i++) {
		if (atomic_read_acquire(&slots[i].state) != SLOT_FULL)
			continue;
		*ret = slots[i].harm;
		/* It has been read before it is given back. */
		atomic_set_release(&slots[i].state, SLOT_FREE);
		return true;
	}
	return false;
}

static bool is_in_its_text(const struct patch *patch, u64 watched, void *data)
{
	struct harm *harm = data;
	unsigned long start = module_text_start(patch->module);

	if (harm->inside - start >= module_text_size(patch->module))
		return false;
	harm->watched = watched;
	return true;
}

static bool look_at_address(unsigned long addr, void *data)
{
	struct harm *harm = data;

	if (!harm->at)
		harm->at = addr;
	harm->inside = addr;
	return guard_any_watched(is_in_its_text, harm);
}

/* regs: where it happened; NULL: here. */
static void notice(enum harm_kind kind, struct pt_regs *regs)
{
	struct harm harm = {.kind = kind, .pid = current->pid};

	/* Patches are looked for under RCU. */
	if (!rcu_is_watching())
		return;
	memcpy(harm.comm, current->comm, sizeof(harm.comm));
	if (regs)
		arch_walk_from(regs, look_at_address, &harm);
	else
		arch_walk_from_here(look_at_address, &harm);
	if (harm.watched)
		put(&harm);
}

static int died(struct notifier_block *block, unsigned long event, void *data)
{
	const struct die_args *args = data;

	if (event == DIE_OOPS && args->regs)
		notice(HARM_OOPS, args->regs);
	return NOTIFY_DONE;
}

static struct notifier_block die_notifier = {
	.notifier_call = died,
};

static void reported(void *data, enum error_detector detector, unsigned long id)
{
	struct pt_regs *regs = arch_trap_regs();

	if (!compat_is_warning(detector)) {
		/* KFENCE is told by a trap, KASAN is called by the code that it checks. */
		notice(HARM_MEMORY, detector == ERROR_DETECTOR_KFENCE ? regs : NULL);
		return;
	}
	/* The registers are another's where the architecture warns without a trap. */
	notice(HARM_WARNING, regs && regs->ip == id ? regs : NULL);
}

static void locked_up(void)
{
	cpumask_set_cpu(smp_processor_id(), &stuck);
	if (get_irq_regs())
		notice(HARM_LOCKUP, get_irq_regs());
}

/* Runs in add_taint(). */
static void notrace tainted(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			    struct ftrace_regs *fregs)
{
	int bit;

	if (!in_hardirq() || compat_ftrace_argument(fregs, 0) != TAINT_SOFTLOCKUP)
		return;
	bit = ftrace_test_recursion_trylock(ip, parent_ip);
	if (bit < 0)
		return;
	locked_up();
	ftrace_test_recursion_unlock(bit);
}

static struct ftrace_ops taint_ops = {
	.func = tainted,
};

static void stalled(void *data, const char *rcu, const char *what)
{
	/* Others' stalls are told too, but on this CPU's stack there is nothing about them. */
	if (strcmp(what, "SelfDetected") == 0 && in_hardirq() && get_irq_regs())
		notice(HARM_STALL, get_irq_regs());
}

/* Tracepoints by name, for kernels may lack them. */
static struct probe {
	const char *name;
	void *function;
	struct tracepoint *tracepoint;
	bool is_registered;
} probes[] = {
	{.name = "error_report_end", .function = reported},
	{.name = "rcu_stall_warning", .function = stalled},
};

static void match_probe(struct tracepoint *tracepoint, void *data)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(probes); i++)
		if (strcmp(tracepoint->name, probes[i].name) == 0)
			probes[i].tracepoint = tracepoint;
}

static void hear(struct work_struct *work)
{
	unsigned int cpu;

	/* Nothing but this very work item tells which CPU it was for. */
	for_each_cpu(cpu, &stuck) {
		if (work == per_cpu_ptr(&sign_of_life, cpu))
			cpumask_clear_cpu(cpu, &stuck);
	}
}

bool harm_cpu_is_stuck(void)
{
	unsigned int cpu;

	cpumask_and(&stuck, &stuck, cpu_online_mask);
	for_each_cpu(cpu, &stuck)
		queue_work_on(cpu, system_highpri_wq, per_cpu_ptr(&sign_of_life, cpu));
	return !cpumask_empty(&stuck);
}

void harm_watch(void)
{
	unsigned long ip = kernel.ftrace_location((unsigned long)add_taint);

	if (!ip || FALLIBLE(-ENOMEM, ftrace_set_filter_ip(&taint_ops, ip, 0, 1)) ||
	    FALLIBLE(-ENOMEM, register_ftrace_function(&taint_ops)))
		pr_warn("soft lockups in patches will not be noticed\n");
}

void harm_unwatch(void)
{
	/* It may never have been registered, and others can unregister what is. */
	if (!(taint_ops.flags & FTRACE_OPS_FL_ENABLED))
		return;
	/* Ftrace has shut itself down, and may call it until the machine is rebooted. */
	if (unregister_ftrace_function(&taint_ops))
		__module_get(THIS_MODULE);
}

void harm_init(void)
{
	unsigned int cpu;
	size_t i;

	check_trace_callback_type_error_report_end(reported);
	for_each_possible_cpu(cpu)
		INIT_WORK(per_cpu_ptr(&sign_of_life, cpu), hear);
	if (register_die_notifier(&die_notifier))
		pr_warn("oopses in patches will not be noticed\n");
	for_each_kernel_tracepoint(match_probe, NULL);
	for (i = 0; i < ARRAY_SIZE(probes); i++)
		if (probes[i].tracepoint)
			probes[i].is_registered = tracepoint_probe_register(probes[i].tracepoint,
									    probes[i].function,
									    NULL) == 0;
	if (!probes[0].is_registered || !compat_warnings_are_reported())
		pr_warn("warnings in patches will not be noticed\n");
}

void harm_exit(void)
{
	unsigned int cpu;
	size_t i;

	ftrace_free_filter(&taint_ops);
	for (i = 0; i < ARRAY_SIZE(probes); i++)
		if (probes[i].is_registered)
			tracepoint_probe_unregister(probes[i].tracepoint, probes[i].function, NULL);
	tracepoint_synchronize_unregister();
	unregister_die_notifier(&die_notifier);
	for_each_possible_cpu(cpu)
		flush_work(per_cpu_ptr(&sign_of_life, cpu));
}
