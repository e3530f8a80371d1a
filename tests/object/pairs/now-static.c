// SPDX-License-Identifier: GPL-2.0
// A function that becomes static stays the same function.
// expect verdict: accepted
// expect changed: caller
// expect undefined: helper
#include "kernel.h"

OLD_NEW(, static) noinline __used int helper(int x)
{
	barrier();
	return x * 5;
}

noinline int caller(int x)
{
	return helper(x) + OLD_NEW(1, 2);
}
