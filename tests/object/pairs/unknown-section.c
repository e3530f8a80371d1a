// SPDX-License-Identifier: GPL-2.0
// expect verdict: refused
// expect codes: KM216
// expect in-section: .strange_table
#include "kernel.h"

noinline int listed(int x)
{
	__asm__ volatile("1:\n"
			 ".pushsection .strange_table, \"a\"\n"
			 ".long 1b - .\n"
			 ".popsection");
	return x + OLD_NEW(1, 2);
}
