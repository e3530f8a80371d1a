// SPDX-License-Identifier: GPL-2.0
// Only the line number in the call moves.
// expect verdict: no-change
#include "kernel.h"

void __might_sleep(const char *file, int line);

noinline int sleeper(int x)
{
	__might_sleep("file.c", OLD_NEW(100, 107));
	return x;
}
