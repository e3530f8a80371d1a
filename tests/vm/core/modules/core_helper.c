// SPDX-License-Identifier: GPL-2.0
/*
 * A function that nobody patches, which patched code may call: core_help() warns, and so does a
 * write to the parameter "warn", with an interrupt between where that is "irq".
 */
#include <linux/irq_work.h>
#include <linux/module.h>
#include <linux/string.h>

#include "core_helper.h"

noinline void core_help(void)
{
	WARN(1, "core_helper: called to warn\n");
}
EXPORT_SYMBOL_GPL(core_help);

static void warn_in_interrupt(struct irq_work *work)
{
	WARN(1, "core_helper: warning in an interrupt\n");
}

static struct irq_work work = IRQ_WORK_INIT_HARD(warn_in_interrupt);

void core_interrupt(void)
{
	irq_work_queue(&work);
	irq_work_sync(&work);
}
EXPORT_SYMBOL_GPL(core_interrupt);

static int warn_set(const char *value, const struct kernel_param *param)
{
	core_help();
	return 0;
}

static const struct kernel_param_ops warn_ops = {
	.set = warn_set,
};
module_param_cb(warn, &warn_ops, NULL, 0200);

MODULE_DESCRIPTION("What patches of the kmend core's tests call");
MODULE_LICENSE("GPL");
