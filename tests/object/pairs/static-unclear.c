// SPDX-License-Identifier: GPL-2.0
// One of two static variables of the same name goes away: which one is left cannot be told.
// expect verdict: refused
// expect codes: KM218
#include "kernel.h"

noinline int twice(int x)
{
#ifndef PATCHED
	{
		static int seen;

		seen += x;
		barrier();
		x += seen;
	}
#endif
	{
		static int seen;

		seen ^= x;
		barrier();
		x += seen;
	}
	return x;
}
