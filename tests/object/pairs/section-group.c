// SPDX-License-Identifier: GPL-2.0
// A function in a section group, as C++ makes them.
// expect verdict: refused
// expect codes: KM226
// expect symbols: grouped
#include "kernel.h"

int seq(int x);
__attribute__((section(".text.grouped,\"axG\",@progbits,grouped,comdat#"))) int grouped(int x)
{
#ifdef PATCHED
	if (x < 0)
		return -1;
#endif
	return seq(x + 1);
}
