// SPDX-License-Identifier: GPL-2.0
// A part that the compiler split from a changed function counts under it, as a .cold one does.
// expect verdict: accepted
// expect changed: whole other
// expect records: whole other
// expect defined: whole.part.0
#include "kernel.h"

#ifdef PATCHED
static noinline int part(int x) __asm__("whole.part.0");
static noinline int part(int x)
{
	barrier();
	return x * 3;
}
#endif

noinline int whole(int x)
{
	if (x < 0)
		return 0;
#ifdef PATCHED
	return part(x);
#else
	barrier();
	return x * 3;
#endif
}

noinline int other(int x)
{
#ifdef PATCHED
	return part(x) + 1;
#else
	barrier();
	return x * 3 + 1;
#endif
}
