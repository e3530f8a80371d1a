// SPDX-License-Identifier: GPL-2.0
/*
 * target_value() returns 2, and does what the parameter "deed" says:
 *   warn, bug, oops, wild  a warning, BUG(), a NULL pointer's use, a jump to where no code is
 *   help                   calls core_help(), which warns
 *   interrupt              is interrupted by a handler that warns
 *   spin                   keeps its CPU until the deed changes, at most for a minute
 */
#include <linux/delay.h>
#include <linux/jiffies.h>

#include "core_helper.h"
#include "patch.h"

static char deed[16];
module_param_string(deed, deed, sizeof(deed), 0600);

static bool is_deed(const char *name)
{
	return strcmp(deed, name) == 0;
}

static void spin(void)
{
	unsigned long end = jiffies + 60 * HZ;

	preempt_disable();
	while (READ_ONCE(deed[0]) == 's' && time_before(jiffies, end))
		udelay(100);
	preempt_enable();
}

static noinline int new_value(void)
{
	static int *volatile nowhere;
	static void (*volatile wild)(void) = (void *)0x10;

	if (is_deed("help"))
		core_help();
	if (is_deed("interrupt"))
		core_interrupt();
	if (is_deed("warn"))
		WARN(1, "kmend_harm: told to warn\n");
	if (is_deed("bug"))
		BUG();
	if (is_deed("oops"))
		return *nowhere;
	if (is_deed("wild"))
		wild();
	if (is_deed("spin"))
		spin();
	return 2;
}

static struct kmend_func funcs[1];

static int __init patch_init(void)
{
	struct lookup lookup;
	int r;

	r = lookup_init(&lookup);
	if (r == 0)
		r = patch_func(&lookup, &funcs[0], "core_target", "target_value", new_value);
	return r ?: patch_register(&lookup, "harm", funcs, ARRAY_SIZE(funcs));
}

module_init(patch_init);
module_exit(patch_exit);
MODULE_DESCRIPTION("Test patch that does harm");
MODULE_LICENSE("GPL");
