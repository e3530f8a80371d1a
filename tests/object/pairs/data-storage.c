// SPDX-License-Identifier: GPL-2.0
// A variable that cannot be written to in the kernel, and such that are one of each processor on one
// side only: the new code would not find what it looks for.
// expect verdict: refused
// expect codes: KM232
// expect symbols: fixed settled shared own
#include "kernel.h"

#define AFTER_INIT __section(".data..ro_after_init")
#define PER_CPU    __section(".data..percpu")

OLD_NEW(const, ) int fixed[2] = {1, 2};
OLD_NEW(AFTER_INIT, ) int settled = 3;
OLD_NEW(, PER_CPU) int shared = 4;
OLD_NEW(PER_CPU, ) int own = 5;

noinline int reads(int x)
{
	use((void *)fixed);
	return settled + shared + own + OLD_NEW(1, 2);
}
