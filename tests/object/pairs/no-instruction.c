// SPDX-License-Identifier: GPL-2.0
// A reference within bytes that are no instruction: 0x06 is none in 64-bit code.
// expect verdict: refused
// expect codes: KM222
// expect symbols: changed
#include "kernel.h"

int seq(int x);
extern int far_away;
int changed(int x)
{
#ifdef PATCHED
	asm volatile(".byte 0x06\n\t.long far_away - .");
#endif
	return seq(x + 1);
}
