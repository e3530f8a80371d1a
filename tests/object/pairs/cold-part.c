// SPDX-License-Identifier: GPL-2.0
// Only the unlikely part changes, which lies outside of the function.
// expect verdict: accepted
// expect changed: mostly
// expect records: mostly mostly.cold
// expect defined: mostly mostly.cold
#include "kernel.h"

void __cold report(const char *what, int x);

noinline int mostly(int x, int *p)
{
	if (unlikely(x < 0)) {
		report(OLD_NEW("negative", "below zero"), x);
		report("twice", *p);
		return -22;
	}
	*p = x;
	return 0;
}

noinline int also(int x, int *p)
{
	if (unlikely(x > 100)) {
		report("large", x);
		return -34;
	}
	*p += x;
	return 0;
}
