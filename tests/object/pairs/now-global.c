// SPDX-License-Identifier: GPL-2.0
// A function that becomes global stays the same function. Those that refer to it change, by their
// relocations; those that cannot be redirected need not be.
// expect verdict: accepted
// expect changed: caller reader untouched
// expect records: caller reader untouched
// expect undefined: .klp.sym.vmlinux.helper,0 .klp.sym.vmlinux.limit,0
#include "kernel.h"

OLD_NEW(static, ) noinline __used int helper(int x)
{
	barrier();
	return x * 5;
}

OLD_NEW(static, ) int limit = 3;

int (*const table[])(int) = {helper};

noinline int caller(int x)
{
	return helper(x) + OLD_NEW(1, 2);
}

noinline int untouched(int x)
{
	return helper(x) + 3;
}

noinline int reader(int x)
{
	return x + limit++;
}

noinline notrace int without_entry(int x)
{
	return helper(x) + 4;
}

__init int at_boot(int x)
{
	return helper(x) + 5;
}
