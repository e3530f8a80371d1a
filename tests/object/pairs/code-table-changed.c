// SPDX-License-Identifier: GPL-2.0
// What a table says of a function is part of the function.
// expect verdict: accepted
// expect changed: patched
#include "kernel.h"

#define PARAVIRT(type)                                             \
	__asm__ volatile("1: call *target(%%rip)\n"                \
			 ".pushsection .parainstructions, \"a\"\n" \
			 ".balign 8\n"                             \
			 ".quad 1b\n"                              \
			 ".byte " type ", 6\n"                     \
			 ".short 1\n"                              \
			 ".popsection" ::                          \
				 : "memory")

void *target;

noinline int patched(int x)
{
	PARAVIRT(OLD_NEW("4", "5"));
	return x;
}

noinline int untouched(int x)
{
	PARAVIRT("4");
	return x;
}
