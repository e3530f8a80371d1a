// SPDX-License-Identifier: GPL-2.0
// Code that replaces other code when the machine boots is part of no function.
// expect verdict: refused
// expect codes: KM210
// expect symbols: hidden
// expect message: .altinstr_replacement\+0x1 refers to it
#include "kernel.h"

static notrace noinline __used int hidden(int x)
{
	barrier();
	return x + OLD_NEW(1, 2);
}

void replaced(void)
{
	__asm__ volatile("1: .byte 0x0f, 0x1f, 0x44, 0x00, 0x00\n"
			 ".pushsection .altinstructions, \"a\"\n"
			 ".long 1b - ., 2f - .\n"
			 ".word 9\n"
			 ".byte 5, 5\n"
			 ".popsection\n"
			 ".pushsection .altinstr_replacement, \"ax\"\n"
			 "2: call hidden\n"
			 ".popsection");
}
