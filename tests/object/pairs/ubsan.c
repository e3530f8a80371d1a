// SPDX-License-Identifier: GPL-2.0
// What UBSAN tells of a place has no name, can be written to, and holds lines: it is copied.
// flags: -fsanitize=bounds,shift
// expect verdict: accepted
// expect changed: checked
// expect undefined: __ubsan_handle_out_of_bounds
#include "kernel.h"

int array[10];

noinline int checked(int i)
{
	return array[i] + OLD_NEW(1, 2);
}

#ifdef PATCHED
#line 100
#endif
noinline int untouched(int i, int j)
{
	return array[i] << j;
}
