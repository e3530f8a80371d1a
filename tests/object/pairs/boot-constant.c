// SPDX-License-Identifier: GPL-2.0
// An address that the kernel writes into code when it boots: it would never do so in a module.
// expect verdict: refused
// expect codes: KM224
// expect in-section: .text.hashes
// expect message: runtime_ptr_table
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
	return p + x + OLD_NEW(1, 2);
}
