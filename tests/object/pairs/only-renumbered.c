// SPDX-License-Identifier: GPL-2.0
// The order of unused statics moves, and with it all numbers: not a change.
// expect verdict: no-change
#include "kernel.h"

static inline int unused(void)
{
#ifdef PATCHED
	static int a, b, c;

	return a + b + c;
#else
	return 0;
#endif
}

noinline int one(int x)
{
	static int state;

	state += x;
	barrier();
	return state;
}

noinline int two(int x)
{
	static int state;

	state ^= x;
	barrier();
	return state;
}
