// SPDX-License-Identifier: GPL-2.0
/* A probe with a post handler on target_value(), or the function that is named: such a probe wants to change the address, too. */
#include <linux/kprobes.h>
#include <linux/module.h>

static void after(struct kprobe *p, struct pt_regs *regs, unsigned long flags)
{
}

static char *symbol = "target_value";
module_param(symbol, charp, 0);

static struct kprobe probe = {
	.post_handler = after,
};

static int __init core_kprobe_init(void)
{
	probe.symbol_name = symbol;
	return register_kprobe(&probe);
}

static void __exit core_kprobe_exit(void)
{
	unregister_kprobe(&probe);
}

module_init(core_kprobe_init);
module_exit(core_kprobe_exit);
MODULE_DESCRIPTION("A probe that gets in the way of tests of the kmend core");
MODULE_LICENSE("GPL");
