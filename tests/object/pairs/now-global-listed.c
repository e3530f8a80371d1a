// SPDX-License-Identifier: GPL-2.0
// Who calls what becomes global and cannot come along is left as it is, for it does the same.
// expect verdict: accepted
// expect changed: caller
// expect codes:
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

noinline int listed(int x)
{
	return helper(x) + 3;
}

int (*const list)(int) __section(".some_list") = listed;
