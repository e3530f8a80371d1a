// SPDX-License-Identifier: GPL-2.0
// Strings are copied; a named constant is the kernel's, as its address may mean something.
// expect verdict: accepted
// expect changed: describe
// expect undefined: .klp.sym.vmlinux.weights,0
// expect absent: .klp.sym.vmlinux.unused_weights,0
#include "kernel.h"

static const int weights[] = {3, 1, 4, 1, 5};
static const int unused_weights[] = {9, 2, 6};

noinline int describe(int i)
{
	printk(OLD_NEW("weight %d\n", "weight is %d\n"), weights[i]);
	return 0;
}

noinline int other(int i)
{
	return unused_weights[i];
}
