// SPDX-License-Identifier: GPL-2.0
// Entries of Linux 4.5 and earlier: a place and its fixup, both in code, and nothing else.
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
			 ".long 1b - ., 3b - .\n"           \
			 ".popsection"                      \
			 : "=r"(value)                      \
			 : "m"(*(p)))

noinline int untouched(int *p)
{
	int x, y, z;

	GUARDED_READ(x, p);
	GUARDED_READ(y, p + 1);
	GUARDED_READ(z, p + 2);
	return x - y - z;
}

noinline int guarded(int *p)
{
	int x;

	GUARDED_READ(x, p);
	return x + OLD_NEW(1, 2);
}
