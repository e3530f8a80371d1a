// SPDX-License-Identifier: GPL-2.0
// Two functions of which the patch makes one with two names: both old ones are redirected.
// expect verdict: accepted
// expect changed: first second
// expect records: first second
#include "kernel.h"

noinline int first(int x)
{
	barrier();
	return x * OLD_NEW(3, 7) + 1;
}

#ifdef PATCHED
int second(int x) __attribute__((alias("first")));
#else
noinline int second(int x)
{
	barrier();
	return x * 5 + 1;
}
#endif
