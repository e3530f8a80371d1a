// SPDX-License-Identifier: GPL-2.0
// A line number in a table is not a change.
// expect verdict: no-change
#include "kernel.h"

noinline int checked(int x)
{
	if (unlikely(x < 0))
		BUG_ENTRY("file.c", OLD_NEW(10, 14), 1);
	return x;
}
