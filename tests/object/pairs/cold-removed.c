// SPDX-License-Identifier: GPL-2.0
// The place of an unlikely part that goes must not be left while a task is in it.
// expect verdict: accepted
// expect changed: mostly
// expect records: mostly mostly.cold
// expect defined: mostly
#include "kernel.h"

void __cold report(const char *what, int x);

noinline int mostly(int x, int *p)
{
#ifndef PATCHED
	if (unlikely(x < 0)) {
		report("negative", x);
		report("twice", *p);
		return -22;
	}
#endif
	*p = x;
	return 0;
}
