// SPDX-License-Identifier: GPL-2.0
// One place with two names: which of them a compiler uses in a call says nothing.
// expect verdict: accepted
// expect changed: both third
// expect records: both
#include "kernel.h"

noinline int both(int x)
{
	barrier();
	return x * OLD_NEW(3, 5);
}

int third(int x) __attribute__((alias("both")));

noinline int caller(int x)
{
	return OLD_NEW(both, third)(x) + 1;
}
