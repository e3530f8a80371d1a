// SPDX-License-Identifier: GPL-2.0
// As long as somebody has its address, which is that of another function that does not change.
// expect verdict: refused
// expect codes: KM210
// expect symbols: changing
#include "kernel.h"

static noinline __used int staying(int x)
{
	barrier();
	return x * 3;
}

#ifdef PATCHED
static noinline __used int changing(int x)
{
	barrier();
	return x * 5;
}
#else
static int changing(int x) __attribute__((alias("staying")));
#endif

int (*pointer)(int) = changing;
