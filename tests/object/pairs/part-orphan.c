// SPDX-License-Identifier: GPL-2.0
// A new part of a function that is inlined everywhere else goes by its own name.
// expect verdict: accepted
// expect changed: user
// expect new: gone.part.0
// expect records: user
#include "kernel.h"

#ifdef PATCHED
static noinline int part(int x) __asm__("gone.part.0");
static noinline int part(int x)
{
	barrier();
	return x * 3;
}
#endif

noinline int user(int x)
{
#ifdef PATCHED
	return part(x) + 1;
#else
	barrier();
	return x * 3 + 1;
#endif
}
