// SPDX-License-Identifier: GPL-2.0
// A static call's trampoline jumps to it.
// expect verdict: refused
// expect codes: KM210
// expect symbols: hidden
// expect message: __SCT__call\(\) in .static_call.text refers to it
#include "kernel.h"

static notrace noinline __used int hidden(int x)
{
	barrier();
	return x + OLD_NEW(1, 2);
}

__asm__(".pushsection .static_call.text, \"ax\"\n"
	".globl __SCT__call\n"
	".type __SCT__call, @function\n"
	"__SCT__call: jmp hidden\n"
	".byte 0x0f, 0xb9, 0xcc\n"
	".size __SCT__call, . - __SCT__call\n"
	".popsection");

int calls(int x)
{
	return hidden(x) + 1;
}
