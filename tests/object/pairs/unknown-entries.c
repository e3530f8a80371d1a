// SPDX-License-Identifier: GPL-2.0
// Something would have to read the entry that is new, and nobody would.
// expect verdict: refused
// expect codes: KM215
// expect in-section: .strange_pointers
#include "kernel.h"

struct thing {
	int x;
};

#ifdef PATCHED
static struct thing thing;
static struct thing *const pointer __used __section(".strange_pointers") = &thing;
#endif

noinline int listed(int x)
{
#ifdef PATCHED
	use(&thing);
#endif
	return x + 1;
}
