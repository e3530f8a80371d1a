// SPDX-License-Identifier: GPL-2.0
// A clone with another number is the same function; calls of it take the original's name.
// expect verdict: accepted
// expect changed: caller
// expect undefined: .klp.sym.vmlinux.helper.isra.0,0
#include "kernel.h"

static noinline __used int helper(int x) __asm__(OLD_NEW("helper.isra.0", "helper.isra.1"));
static noinline __used int helper(int x)
{
	barrier();
	return x * 5;
}

noinline int caller(int x)
{
	return helper(x) + OLD_NEW(1, 2);
}
