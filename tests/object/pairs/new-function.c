// SPDX-License-Identifier: GPL-2.0
// expect verdict: accepted
// expect changed: caller
// expect new: helper
// expect undefined: .klp.sym.vmlinux.neighbour,0 .klp.sym.vmlinux.caller,0
// expect absent: .klp.sym.vmlinux.helper,0
// expect defined: helper caller
#include "kernel.h"

static noinline int neighbour(int x)
{
	barrier();
	return x ^ 0x55;
}

#ifdef PATCHED
static noinline int helper(int x)
{
	printk("helped %d\n", x);
	return neighbour(x);
}
#endif

noinline int caller(int x)
{
	return OLD_NEW(neighbour(x), helper(x));
}
