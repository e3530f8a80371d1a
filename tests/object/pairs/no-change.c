// SPDX-License-Identifier: GPL-2.0
// expect verdict: no-change
#include "kernel.h"

#ifdef PATCHED
/* A comment,
 * on many
 * lines. */
#endif
noinline int same(int x)
{
	printk("%d in %s\n", x, __func__);
	return x;
}
