// SPDX-License-Identifier: GPL-2.0
// What another object of the same patch may need is there, global.
// expect verdict: accepted
// expect new: provide
// expect defined: provide setting
// expect global: provide setting
#include "kernel.h"

noinline int untouched(int x)
{
	return x;
}

#ifdef PATCHED
int setting = 5;

noinline int provide(int x)
{
	return x + setting;
}
#endif
