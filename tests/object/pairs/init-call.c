// SPDX-License-Identifier: GPL-2.0
// expect verdict: refused
// expect codes: KM215
// expect in-section: .initcall6.init
#include "kernel.h"

noinline int run(void)
{
	return 1;
}

__asm__(".section .initcall6.init, \"a\"\n"
	".long run - .\n"
#ifdef PATCHED
	".long run - .\n"
#endif
	".previous");
