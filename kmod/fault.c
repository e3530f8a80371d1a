// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "fault.h"

#include <linux/atomic.h>
#include <linux/module.h>

static unsigned int fault_at;
static atomic_t steps = ATOMIC_INIT(0);

static int set_fault_at(const char *text, const struct kernel_param *param)
{
	atomic_set(&steps, 0);
	return param_set_uint(text, param);
}

static const struct kernel_param_ops fault_at_ops = {
	.set = set_fault_at,
	.get = param_get_uint,
};
module_param_cb(fault_at, &fault_at_ops, &fault_at, 0600);
MODULE_PARM_DESC(fault_at, "the fallible step that fails, counted from now; 0: none (for tests)");

static int get_fault_steps(char *page, const struct kernel_param *param)
{
	return sysfs_emit(page, "%u\n", atomic_read(&steps));
}

static const struct kernel_param_ops fault_steps_ops = {
	.get = get_fault_steps,
};
module_param_cb(fault_steps, &fault_steps_ops, NULL, 0400);
MODULE_PARM_DESC(fault_steps, "how many fallible steps there have been since then");

static bool fault_fatal;
module_param(fault_fatal, bool, 0600);
MODULE_PARM_DESC(fault_fatal, "steps fail after which only a reboot helps (for tests)");

bool fault_is_due(const char *step)
{
	unsigned int number = atomic_inc_return(&steps);

	if (number != READ_ONCE(fault_at))
		return false;
	pr_info("fault: step %u fails: %s\n", number, step);
	return true;
}

bool fault_is_fatal(const char *step)
{
	if (!READ_ONCE(fault_fatal))
		return false;
	pr_info("fault: fatal: %s\n", step);
	return true;
}
