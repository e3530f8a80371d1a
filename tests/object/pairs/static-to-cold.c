// SPDX-License-Identifier: GPL-2.0
// A variable that moves from a function to its unlikely part is the same variable.
// expect verdict: accepted
// expect changed: counts
// expect undefined-like: \.klp\.sym\.vmlinux\.state\.\d+,0
// expect defined: counts.cold
#include "kernel.h"

void __cold report(const char *what, int *x);

noinline int counts(int x)
{
	{
		static int state;

		state += x;
		use(&state);
	}
	if (unlikely(x < 0)) {
		static int state;

#ifdef PATCHED
		report("first", &state);
		report("second", &x);
#endif
		state ^= x;
		barrier();
		return state;
	}
	return x;
}

noinline int untouched(int x)
{
	static int state;

	state -= x;
	barrier();
	return state;
}
