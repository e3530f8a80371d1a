// SPDX-License-Identifier: GPL-2.0
// A function that is now inlined takes its static variable with it; its state is kept, and that
// this rests on the name is said.
// expect verdict: accepted
// expect changed: outer
// expect codes: KM227
// expect undefined-like: \.klp\.sym\.vmlinux\.count\.\d+,0
#include "kernel.h"

static OLD_NEW(noinline, inline) int inner(int x)
{
	static int count;

	count += x;
	barrier();
	return count;
}

noinline int outer(int x)
{
	return inner(x) + 1;
}
