// SPDX-License-Identifier: GPL-2.0
// A variable that did not exist comes along; one that did keeps its place in the kernel.
// expect verdict: accepted
// expect changed: counted
// expect defined-like: limit
// expect undefined-like: \.klp\.sym\.vmlinux\.count\.\d+,0
#include "kernel.h"

noinline int counted(int x)
{
	static int count;
#ifdef PATCHED
	static int limit = 100;

	if (count > limit--)
		return -1;
#endif
	count += x;
	barrier();
	return count;
}
