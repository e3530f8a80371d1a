// SPDX-License-Identifier: GPL-2.0
// The unlikely part of a clone is that of the clone, whatever numbers both have.
// expect verdict: accepted
// expect changed: caller
// expect undefined: .klp.sym.vmlinux.helper.constprop.0,0
// expect records: caller
#include "kernel.h"

void __cold report(const char *what, int x);

static noinline __used int helper(int x) __asm__(OLD_NEW("helper.constprop.0",
							 "helper.constprop.3"));
static noinline __used int helper(int x)
{
	if (unlikely(x < 0)) {
		report("negative", x);
		report("twice", x);
		return -22;
	}
	barrier();
	return x * 5;
}

noinline int caller(int x)
{
	return helper(x) + OLD_NEW(1, 2);
}
