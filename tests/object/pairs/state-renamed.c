// SPDX-License-Identifier: GPL-2.0
// A variable with another name, of the same size, in the place of one that is gone.
// expect verdict: refused
// expect codes: KM218
#include "kernel.h"

static int OLD_NEW(counter, total);

noinline int add(int x)
{
	OLD_NEW(counter, total) += x;
	barrier();
	return OLD_NEW(counter, total);
}

noinline int get(void)
{
	return OLD_NEW(counter, total);
}
