// SPDX-License-Identifier: GPL-2.0
// A section without a name is an unknown one.
// expect verdict: refused
// expect codes: KM216
#include "kernel.h"

noinline int listed(int x)
{
	__asm__ volatile("1:\n"
			 ".pushsection \"\", \"a\"\n"
			 ".long 1b - .\n"
			 ".popsection");
	return x + OLD_NEW(1, 2);
}
