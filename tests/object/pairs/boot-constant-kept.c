// SPDX-License-Identifier: GPL-2.0
// Functions that do not change may have them.
// expect verdict: accepted
// expect changed: other
#include "kernel.h"

noinline unsigned long hashes(int x)
{
	unsigned long p;

	__asm__("movabs $0x0123456789abcdef, %0\n"
		"1:\n"
		".pushsection runtime_ptr_table, \"a\"\n"
		".long 1b - 8 - .\n"
		".popsection"
		: "=r"(p));
	return p + x;
}

noinline int other(int x)
{
	return x + OLD_NEW(1, 2);
}
