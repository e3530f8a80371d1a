// SPDX-License-Identifier: GPL-2.0
// A function that becomes global stays the same function, and those that call it do not change.
// expect verdict: accepted
// expect changed: caller
// expect undefined: .klp.sym.vmlinux.helper,0
#include "kernel.h"

OLD_NEW(static, ) noinline __used int helper(int x)
{
	barrier();
	return x * 5;
}

noinline int caller(int x)
{
	return helper(x) + OLD_NEW(1, 2);
}

noinline int untouched(int x)
{
	return helper(x) + 3;
}
