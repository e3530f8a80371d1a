// SPDX-License-Identifier: GPL-2.0
// An unlikely part that comes into being is no function of its own.
// expect verdict: accepted
// expect changed: mostly
// expect records: mostly mostly.cold
// expect defined: mostly mostly.cold
#include "kernel.h"

void __cold report(const char *what, int x);

noinline int mostly(int x, int *p)
{
#ifdef PATCHED
	if (unlikely(x < 0)) {
		report("negative", x);
		report("twice", *p);
		return -22;
	}
#endif
	*p = x;
	return 0;
}
