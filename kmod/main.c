// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>

#include "calls.h"
#include "guard.h"
#include "late.h"
#include "notrace.h"
#include "op.h"
#include "symbols.h"
#include "sysfs.h"
#include "transition.h"
#include "verify.h"
#include "version.h"

static int __init kmend_init(void)
{
	int r;

	r = symbols_resolve();
	if (r)
		return r;
	r = notrace_init();
	if (r)
		return r;
	r = guard_init();
	if (r)
		goto no_guard;
	calls_init();
	r = sysfs_init();
	if (r)
		goto no_sysfs;
	r = late_init();
	if (r)
		goto no_late;
	verify_init();
	return 0;

no_late:
	sysfs_exit();
no_sysfs:
	guard_exit();
no_guard:
	notrace_exit();
	return r;
}

static void __exit kmend_exit(void)
{
	/* Patch modules link to the core, so none is registered any more. */
	late_exit();
	sysfs_exit();
	verify_exit();
	guard_exit();
	transition_exit();
	notrace_exit();
	op_exit();
}

module_init(kmend_init);
module_exit(kmend_exit);
MODULE_DESCRIPTION("Live patching of running kernels, the core");
MODULE_VERSION(KMEND_VERSION);
MODULE_LICENSE("GPL");
