// SPDX-License-Identifier: GPL-2.0
// Linux 4.6 to 5.15: a handler in the third field, here one of the same file.
// expect verdict: accepted
// expect changed: guarded
// expect sections: __ex_table
// expect undefined: handler
#include "kernel.h"

#define GUARDED_READ(value, p)                                 \
	__asm__ volatile("1: mov %1, %0\n"                     \
			 "2:\n"                                \
			 ".pushsection __ex_table, \"a\"\n"    \
			 ".balign 4\n"                         \
			 ".long 1b - ., 2b - ., handler - .\n" \
			 ".popsection"                         \
			 : "=r"(value)                         \
			 : "m"(*(p)))

noinline int handler(int x)
{
	return x;
}

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
