// SPDX-License-Identifier: GPL-2.0
// Two of one name that changed places in code: by their numbers they are others than by their places.
// expect verdict: refused
// expect codes: KM218
#include "kernel.h"

static OLD_NEW(int a __asm__("state.1"), int a __asm__("state.2"));
static OLD_NEW(int b __asm__("state.2"), int b __asm__("state.1"));

noinline int uses(int x)
{
	a += x;
	barrier();
	b ^= x;
	barrier();
	return a + b + OLD_NEW(1, x);
}
