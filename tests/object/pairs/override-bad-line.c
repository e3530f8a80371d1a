// SPDX-License-Identifier: GPL-2.0
// expect verdict: refused
// expect codes: KM263
// expect in-section: .kmend.author.overrides
#include "kernel.h"

noinline int f(int x)
{
	return x + OLD_NEW(1, 2);
}

#ifdef PATCHED
__asm__(".pushsection .kmend.author.overrides, \"a\"\n"
	".asciz \"function\", \"f\", \"why\", \"f.c\", \"x\"\n"
	".popsection\n");
#endif
