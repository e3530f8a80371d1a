// SPDX-License-Identifier: GPL-2.0
// A new static renumbers those behind it: nobody else changes, and state stays where it was.
// expect verdict: accepted
// expect changed: first second
// expect undefined-like: \.klp\.sym\.vmlinux\.state\.\d+,0
// expect twin-numbers: state
#include "kernel.h"

noinline int first(int x)
{
#ifdef PATCHED
	static int fresh[4];

	fresh[x & 3]++;
	use(fresh);
#endif
	return x + 1;
}

noinline int untouched(int x)
{
	static int state;

	state += x;
	barrier();
	return state;
}

noinline int second(int x)
{
	static int state;

	state += x + OLD_NEW(0, 7);
	barrier();
	return state;
}

noinline int third(int x)
{
	static int state;

	state ^= x;
	barrier();
	return state;
}
