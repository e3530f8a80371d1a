// SPDX-License-Identifier: GPL-2.0
// A number that the kernel writes into an instruction when it boots, which cannot read it from
// memory: in a module, it would shift by another one.
// expect verdict: refused
// expect codes: KM224
// expect in-section: .text.hashes
// expect message: runtime_shift_bits
#include "kernel.h"

noinline unsigned long hashes(unsigned int x)
{
	__asm__("shrl $12, %k0\n"
		"1:\n"
		".pushsection runtime_shift_bits, \"a\"\n"
		".long 1b - 1 - .\n"
		".popsection"
		: "+r"(x));
	return x + OLD_NEW(1, 2);
}
