// SPDX-License-Identifier: GPL-2.0
// A static variable of a function that moves out of it: a new one would begin without its state.
// expect verdict: refused
// expect codes: KM218
#include "kernel.h"

#ifdef PATCHED
static int count;
#endif

noinline int add(int x)
{
#ifndef PATCHED
	static int count;
#endif

	count += x;
	barrier();
	return count + OLD_NEW(0, 1);
}
