// SPDX-License-Identifier: GPL-2.0
// The trampoline of a new static call would have to be known to the kernel.
// expect verdict: refused
// expect codes: KM224
#include "kernel.h"

noinline int target(int x)
{
	return x;
}

#ifdef PATCHED
__asm__(".section .static_call.text, \"ax\"\n"
	".globl __SCT__fresh\n"
	".type __SCT__fresh, @function\n"
	"__SCT__fresh: jmp target\n"
	".size __SCT__fresh, . - __SCT__fresh\n"
	".previous");
#endif

noinline int caller(int x)
{
	__asm__ volatile(OLD_NEW("call target", "call __SCT__fresh"));
	return x;
}
