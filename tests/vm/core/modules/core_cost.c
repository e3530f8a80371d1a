// SPDX-License-Identifier: GPL-2.0
/*
 * What a redirected call costs, by the flags of the op that redirects it. Reading /proc/core_cost
 * tells "NAME NS" lines, of one call of an empty function and the loop around it; in a guest whose
 * time follows instructions (tests/vm/boot --icount) these are instructions.
 */
#include <linux/ftrace.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/trace_recursion.h>
#include <linux/version.h>

#ifndef ftrace_regs_set_instruction_pointer /* before 6.2 */
#define ftrace_regs_set_instruction_pointer(fregs, ip) ftrace_instruction_pointer_set(fregs, ip)
#endif

#define CALLS 10000

noinline void cost_target(void);
noinline void cost_target(void)
{
	barrier();
}

static noinline notrace void cost_new(void)
{
	barrier();
}

static void notrace plain(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			  struct ftrace_regs *fregs)
{
	ftrace_regs_set_instruction_pointer(fregs, (unsigned long)cost_new);
}

static void notrace locked(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			   struct ftrace_regs *fregs)
{
	int bit = ftrace_test_recursion_trylock(ip, parent_ip);

	if (bit < 0)
		return;
	ftrace_regs_set_instruction_pointer(fregs, (unsigned long)cost_new);
	ftrace_test_recursion_unlock(bit);
}

static const struct {
	const char *name;
	ftrace_func_t func;
	unsigned long flags;
} ways[] = {
	{"save-regs", plain, FTRACE_OPS_FL_SAVE_REGS},
	{"save-regs+lock", locked, FTRACE_OPS_FL_SAVE_REGS},
	{"save-regs+FL_RECURSION", plain, FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_RECURSION},
	{"save-regs+FL_RCU", plain, FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_RCU},
	{"args", plain, 0},
	{"args+lock", locked, 0},
};

/* Hundredths of a nanosecond a call. */
static u64 measure(void)
{
	u64 begin, end;
	unsigned int i;

	preempt_disable();
	cost_target();
	begin = ktime_get_ns();
	for (i = 0; i < CALLS; i++)
		cost_target();
	end = ktime_get_ns();
	preempt_enable();
	return (end - begin) * 100 / CALLS;
}

static void show(struct seq_file *m, const char *name)
{
	u64 cost = measure();

	seq_printf(m, "%s %llu.%02llu\n", name, cost / 100, cost % 100);
}

static int show_way(struct seq_file *m, unsigned int i)
{
	static struct ftrace_ops ops[ARRAY_SIZE(ways)];
	int r;

	ops[i].func = ways[i].func;
	ops[i].flags = ways[i].flags | FTRACE_OPS_FL_IPMODIFY;
	r = ftrace_set_filter(&ops[i], "cost_target", strlen("cost_target"), 1);
	if (r == 0)
		r = register_ftrace_function(&ops[i]);
	if (r == 0) {
		show(m, ways[i].name);
		unregister_ftrace_function(&ops[i]);
	}
	ftrace_free_filter(&ops[i]);
	return r;
}

static bool alone;
module_param(alone, bool, 0);

static int cost_show(struct seq_file *m, void *v)
{
	unsigned int i;
	int r = 0;

	show(m, alone ? "as-is" : "none");
	for (i = 0; !alone && r == 0 && i < ARRAY_SIZE(ways); i++)
		r = show_way(m, i);
	return r;
}

static int __init core_cost_init(void)
{
	return proc_create_single("core_cost", 0444, NULL, cost_show) ? 0 : -ENOMEM;
}

static void __exit core_cost_exit(void)
{
	remove_proc_entry("core_cost", NULL);
}

module_init(core_cost_init);
module_exit(core_cost_exit);
MODULE_DESCRIPTION("What redirected calls cost");
MODULE_LICENSE("GPL");
