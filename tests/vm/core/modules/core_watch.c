// SPDX-License-Identifier: GPL-2.0
/*
 * Another who has ftrace call him. "functions" are watched; reading /proc/core_watch tells of their
 * calls: "calls=N nmi=N hardirq=N softirq=N idle=N blind=N offline=N regs=N", where idle is the idle
 * task, blind where RCU does not watch, and offline on a CPU that comes or goes. Parameters: "ipmodify" for one that wants the function for
 * itself, "regs" for one that wants registers where the architecture has them,
 * "all_regs" for one that must have them, "nest" for one whose callback calls target_value() itself.
 */
#include <linux/cpumask.h>
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/proc_fs.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#define NR_MAX 8

static char *functions[NR_MAX];
static unsigned int nr;
module_param_array(functions, charp, &nr, 0);
static bool ipmodify;
module_param(ipmodify, bool, 0);
static bool regs;
module_param(regs, bool, 0);

static bool all_regs;
module_param(all_regs, bool, 0);
static bool nest;
module_param(nest, bool, 0);

static int (*nested)(void);
static atomic_long_t calls, in_nmis, in_hardirqs, in_softirqs, idle, blind, offline, with_regs;

static void notrace watch(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			  struct ftrace_regs *fregs)
{
	atomic_long_inc(&calls);
	if (in_nmi())
		atomic_long_inc(&in_nmis);
	if (in_hardirq())
		atomic_long_inc(&in_hardirqs);
	if (in_serving_softirq())
		atomic_long_inc(&in_softirqs);
	if (current->flags & PF_IDLE)
		atomic_long_inc(&idle);
	if (!rcu_is_watching())
		atomic_long_inc(&blind);
	if (!cpu_online(raw_smp_processor_id()))
		atomic_long_inc(&offline);
	if (regs && fregs && ftrace_get_regs(fregs))
		atomic_long_inc(&with_regs);
	if (nested)
		nested();
}

static struct ftrace_ops ops = {
	.func = watch,
};

static int watch_show(struct seq_file *m, void *v)
{
	seq_printf(m,
		   "calls=%ld nmi=%ld hardirq=%ld softirq=%ld idle=%ld blind=%ld offline=%ld "
		   "regs=%ld\n",
		   atomic_long_read(&calls), atomic_long_read(&in_nmis),
		   atomic_long_read(&in_hardirqs), atomic_long_read(&in_softirqs),
		   atomic_long_read(&idle), atomic_long_read(&blind), atomic_long_read(&offline),
		   atomic_long_read(&with_regs));
	return 0;
}

static int find_nested(void)
{
	static struct kprobe probe = {
		.symbol_name = "target_value",
	};
	int r = register_kprobe(&probe);

	if (r)
		return r;
	nested = (void *)probe.addr;
	unregister_kprobe(&probe);
	/* As is advised for a callback that may come back to itself. */
	ops.flags |= FTRACE_OPS_FL_RECURSION;
	return 0;
}

static int __init core_watch_init(void)
{
	unsigned int i;
	int r;

	r = nest ? find_nested() : 0;
	if (r)
		return r;

	if (ipmodify)
		ops.flags |= FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_IPMODIFY;
	if (regs)
		ops.flags |= FTRACE_OPS_FL_SAVE_REGS_IF_SUPPORTED;
	if (all_regs)
		ops.flags |= FTRACE_OPS_FL_SAVE_REGS;
	for (i = 0; i < nr; i++) {
		r = ftrace_set_filter(&ops, functions[i], strlen(functions[i]), i == 0);
		if (r)
			return r;
	}
	r = nr ? register_ftrace_function(&ops) : -EINVAL;
	if (r)
		return r;
	if (proc_create_single("core_watch", 0444, NULL, watch_show))
		return 0;
	unregister_ftrace_function(&ops);
	return -ENOMEM;
}

static void __exit core_watch_exit(void)
{
	remove_proc_entry("core_watch", NULL);
	unregister_ftrace_function(&ops);
	/* What frees it is not exported before 5.18. */
	ftrace_set_filter(&ops, NULL, 0, 1);
}

module_init(core_watch_init);
module_exit(core_watch_exit);
MODULE_DESCRIPTION("A tracer beside the kmend core");
MODULE_LICENSE("GPL");
