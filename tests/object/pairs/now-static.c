// SPDX-License-Identifier: GPL-2.0
// A function that becomes static stays the same function; who calls it changes by the relocation.
// expect verdict: accepted
// expect changed: caller untouched
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

noinline int untouched(int x)
{
	return helper(x) + 3;
}
