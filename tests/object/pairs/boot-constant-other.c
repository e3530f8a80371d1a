// SPDX-License-Identifier: GPL-2.0
// Whatever else is marked so, but is no instruction that loads a constant of 64 bits, stays refused.
// expect verdict: refused
// expect codes: KM224
// expect message: runtime_ptr_table
#include "kernel.h"

noinline unsigned long hashes(int x)
{
	unsigned long p;

	__asm__("nopl 0x01234567(%%rax, %%rax)\n"
		"movl $0x01234567, %k0\n"
		"1:\n"
		".pushsection runtime_ptr_table, \"a\"\n"
		".long 1b - 8 - .\n"
		".popsection"
		: "=r"(p));
	return p + x + OLD_NEW(1, 2);
}
