// SPDX-License-Identifier: GPL-2.0
/* /proc/cmdline says "patched by kmend". */
#include <linux/seq_file.h>

#include "patch.h"

static noinline int new_show(struct seq_file *m, void *v)
{
	seq_puts(m, "patched by kmend\n");
	return 0;
}

static struct kmend_func funcs[1];

static int __init patch_init(void)
{
	struct lookup lookup;
	int r;

	r = lookup_init(&lookup);
	if (r == 0)
		r = patch_func(&lookup, &funcs[0], "vmlinux", "cmdline_proc_show", new_show);
	return r ?: patch_register(&lookup, "cmdline", funcs, ARRAY_SIZE(funcs));
}

module_init(patch_init);
module_exit(patch_exit);
MODULE_DESCRIPTION("Test patch of a function of vmlinux");
MODULE_LICENSE("GPL");
