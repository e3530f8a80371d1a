// SPDX-License-Identifier: GPL-2.0
// A WARN that became a WARN_ONCE is a change, although the code is the same.
// expect verdict: accepted
// expect changed: checked
// expect sections: __bug_table
#include "kernel.h"

noinline int checked(int x)
{
	if (unlikely(x < 0))
		BUG_ENTRY("file.c", 10, OLD_NEW(1, 3));
	return x;
}

noinline int other(int x)
{
	if (unlikely(x < 3))
		BUG_ENTRY("other.c", 20, 1);
	return x;
}
