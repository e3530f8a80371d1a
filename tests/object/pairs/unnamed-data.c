// SPDX-License-Identifier: GPL-2.0
// Writable data without a symbol: which of the running kernel's it is cannot be told.
// expect verdict: refused
// expect codes: KM221
// expect symbols: changed
#include "kernel.h"

asm(".pushsection .data.unnamed,\"aw\"\n\t.quad 5\n\t.popsection");
int seq(int x);
int changed(int x)
{
#ifdef PATCHED
	int value;

	asm volatile(".pushsection .data.unnamed,\"aw\"\n1:\t.popsection\n\tmovl 1b-8(%%rip), %0"
		     : "=r"(value));
	x += value;
#endif
	return seq(x + 1);
}
