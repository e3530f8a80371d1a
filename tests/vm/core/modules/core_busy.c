// SPDX-License-Identifier: GPL-2.0
/*
 * A kernel thread that is inside busy_work() nearly all of the time, and leaves it only to call it
 * again. The parameter "result" is what that returned last: 1.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>

static int result;
module_param(result, int, 0400);
static unsigned int inside_ms = 20;
module_param(inside_ms, uint, 0);

noinline int busy_work(unsigned int ms);
noinline int busy_work(unsigned int ms)
{
	msleep(ms);
	return 1;
}

static int busy_loop(void *data)
{
	while (!kthread_should_stop())
		WRITE_ONCE(result, busy_work(inside_ms));
	return 0;
}

static struct task_struct *thread;

static int __init core_busy_init(void)
{
	thread = kthread_run(busy_loop, NULL, "core_busy");
	return PTR_ERR_OR_ZERO(thread);
}

static void __exit core_busy_exit(void)
{
	kthread_stop(thread);
}

module_init(core_busy_init);
module_exit(core_busy_exit);
MODULE_DESCRIPTION("A kernel thread for tests of the kmend core");
MODULE_LICENSE("GPL");
