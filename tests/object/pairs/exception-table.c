// SPDX-License-Identifier: GPL-2.0
// Code outside of functions that an exception lands in comes along.
// expect verdict: accepted
// expect changed: guarded
// expect sections: __ex_table .fixup
#include "kernel.h"

#define GUARDED_READ(value, p)                              \
	__asm__ volatile("1: mov %1, %0\n"                  \
			 "2:\n"                             \
			 ".pushsection .fixup, \"ax\"\n"    \
			 "3: mov $-14, %0\n"                \
			 "jmp 2b\n"                         \
			 ".popsection\n"                    \
			 ".pushsection __ex_table, \"a\"\n" \
			 ".balign 4\n"                      \
			 ".long 1b - ., 3b - ., 7\n"        \
			 ".popsection"                      \
			 : "=r"(value)                      \
			 : "m"(*(p)))

noinline int untouched(int *p)
{
	int x;

	GUARDED_READ(x, p);
	return x - 1;
}

noinline int guarded(int *p)
{
	int x;

	GUARDED_READ(x, p);
	return x + OLD_NEW(1, 2);
}
