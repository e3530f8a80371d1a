// SPDX-License-Identifier: GPL-2.0
/* A direct call at the entry of target_value(), as BPF trampolines make them. */
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/version.h>

static struct kprobe lookup = {
	.symbol_name = "target_value",
};

static unsigned long target;

void core_direct_call(void);
asm(".pushsection .text\n"
    ".type core_direct_call, @function\n"
    ".globl core_direct_call\n"
    "core_direct_call:\n"
    ".long 0xfa1e0ff3\n" /* endbr64 */
    ASM_RET ".size core_direct_call, . - core_direct_call\n"
    ".popsection\n");

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
static struct ftrace_ops ops;

static int attach(void)
{
	int r = ftrace_set_filter_ip(&ops, target, 0, 1);

	return r ?: register_ftrace_direct(&ops, (unsigned long)core_direct_call);
}

static void detach(void)
{
	unregister_ftrace_direct(&ops, (unsigned long)core_direct_call, true);
}
#else
static int attach(void)
{
	return register_ftrace_direct(target, (unsigned long)core_direct_call);
}

static void detach(void)
{
	unregister_ftrace_direct(target, (unsigned long)core_direct_call);
}
#endif

static int __init core_direct_init(void)
{
	int r = register_kprobe(&lookup);

	if (r)
		return r;
	target = (unsigned long)lookup.addr;
	unregister_kprobe(&lookup);
	return attach();
}

static void __exit core_direct_exit(void)
{
	detach();
}

module_init(core_direct_init);
module_exit(core_direct_exit);
MODULE_DESCRIPTION("A direct call that gets in the way of tests of the kmend core");
MODULE_LICENSE("GPL");
