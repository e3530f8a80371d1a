// SPDX-License-Identifier: GPL-2.0
// Functions that do not change may have such relocations.
// expect verdict: accepted
// expect changed: other
#include "kernel.h"

void *table_entry;

noinline long finds(int x)
{
	long p;

	__asm__("mov table_entry@GOTPCREL(%%rip), %0" : "=r"(p));
	return p + x;
}

noinline int other(int x)
{
	return x + OLD_NEW(1, 2);
}
