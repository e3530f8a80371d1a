// SPDX-License-Identifier: GPL-2.0
// A part that was there already and changes is redirected itself: the rest stays.
// expect verdict: accepted
// expect changed: whole.part.0
// expect records: whole.part.0
#include "kernel.h"

static noinline int part(int x) __asm__(OLD_NEW("whole.part.0", "whole.part.1"));
static noinline int part(int x)
{
	barrier();
	return x * OLD_NEW(3, 5);
}

noinline int whole(int x)
{
	return x < 0 ? 0 : part(x);
}
