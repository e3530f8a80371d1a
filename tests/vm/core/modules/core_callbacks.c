// SPDX-License-Identifier: GPL-2.0
/*
 * Counts how often ftrace calls the core's handler. "functions" are those that it may be called for.
 * Reading /proc/core_callbacks tells "expected=N other=N".
 */
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

#define MAX 8

static char *functions[MAX];
static unsigned int nr;
module_param_array(functions, charp, &nr, 0);

static unsigned long ips[MAX];
static atomic_long_t expected, other;

static struct kprobe lookup_probe = {
	.symbol_name = "kallsyms_lookup_name",
};

static int count(struct kprobe *p, struct pt_regs *regs)
{
	unsigned long ip = regs_get_kernel_argument(regs, 0);
	unsigned int i;

	for (i = 0; i < nr && ips[i] != ip; i++)
		;
	atomic_long_inc(i < nr ? &expected : &other);
	return 0;
}

static struct kprobe handler_probe = {
	.symbol_name = "op_handler",
	.pre_handler = count,
};

static int callbacks_show(struct seq_file *m, void *v)
{
	seq_printf(m, "expected=%ld other=%ld\n", atomic_long_read(&expected),
		   atomic_long_read(&other));
	return 0;
}

static int find_functions(void)
{
	unsigned long (*lookup)(const char *name), (*location)(unsigned long ip);
	unsigned int i;
	int r;

	r = register_kprobe(&lookup_probe);
	if (r)
		return r;
	lookup = (void *)lookup_probe.addr;
	unregister_kprobe(&lookup_probe);
	location = (void *)lookup("ftrace_location");
	for (i = 0; i < nr; i++) {
		ips[i] = location(lookup(functions[i]));
		if (!ips[i])
			return -ENOENT;
	}
	return 0;
}

static int __init core_callbacks_init(void)
{
	int r;

	r = find_functions() ?: register_kprobe(&handler_probe);
	if (r)
		return r;
	if (proc_create_single("core_callbacks", 0444, NULL, callbacks_show))
		return 0;
	unregister_kprobe(&handler_probe);
	return -ENOMEM;
}

static void __exit core_callbacks_exit(void)
{
	remove_proc_entry("core_callbacks", NULL);
	unregister_kprobe(&handler_probe);
}

module_init(core_callbacks_init);
module_exit(core_callbacks_exit);
MODULE_DESCRIPTION("Counts callbacks of the kmend core");
MODULE_LICENSE("GPL");
