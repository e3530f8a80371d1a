// SPDX-License-Identifier: GPL-2.0
// expect verdict: refused
// expect codes: KM214
#include "kernel.h"

noinline int shared(int x)
{
	return x + OLD_NEW(1, 2);
}

#ifdef PATCHED
__asm__(".section \"___ksymtab+shared\", \"a\"\n"
	"__ksymtab_shared: .long shared - ., 0, 0\n"
	".previous");
#endif
