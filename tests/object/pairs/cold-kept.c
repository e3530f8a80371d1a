// SPDX-License-Identifier: GPL-2.0
// A function that changes takes its unlikely part along, though that did not change.
// expect verdict: accepted
// expect changed: mostly
// expect records: mostly mostly.cold
// expect defined: mostly mostly.cold
#include "kernel.h"

void __cold report(const char *what, int x);

noinline int mostly(int x, int *p)
{
	if (unlikely(x < 0)) {
		report("negative", x);
		report("twice", *p);
		return -22;
	}
	*p = x * OLD_NEW(3, 5);
	return 0;
}
