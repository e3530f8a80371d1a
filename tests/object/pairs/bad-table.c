// SPDX-License-Identifier: GPL-2.0
// A table that is not made of entries cannot be split up.
// expect verdict: error
// expect codes: KM217
#include "kernel.h"

noinline int listed(int x)
{
	__asm__ volatile("1:\n"
			 ".pushsection __jump_table, \"aw\"\n"
			 ".quad 0\n"
			 ".long 1b - .\n"
			 ".popsection");
	return x + OLD_NEW(1, 2);
}
