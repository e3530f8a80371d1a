// SPDX-License-Identifier: GPL-2.0
/*
 * A target that comes and goes. Parameters: "value" reads what late_value() returns now, "seen"
 * what it returned in init, which sleeps for "slow" milliseconds and fails with "fail".
 */
#include <linux/delay.h>
#include <linux/module.h>

static int fail, slow, seen;
module_param(fail, int, 0);
module_param(slow, int, 0);
module_param(seen, int, 0400);

noinline int late_value(void)
{
	barrier();
	return 1;
}

static int get_value(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%d\n", late_value());
}

static const struct kernel_param_ops value_ops = {.get = get_value};

module_param_cb(value, &value_ops, NULL, 0400);

static int __init late_init(void)
{
	msleep(slow);
	seen = late_value();
	return -fail;
}

static void __exit late_exit(void)
{
}

module_init(late_init);
module_exit(late_exit);
MODULE_DESCRIPTION("Target that is loaded after its patch");
MODULE_LICENSE("GPL");
