// SPDX-License-Identifier: GPL-2.0
// clang's names say which function a variable is of, but not which of two it is.
// expect verdict: refused
// expect codes: KM218
#include "kernel.h"

noinline int pair(int x)
{
	static int state __asm__("pair.state");
#ifdef PATCHED
	static int first __asm__("pair.state.2");

	first ^= x;
	barrier();
	x += first;
#endif
	state += x;
	barrier();
	return state;
}
