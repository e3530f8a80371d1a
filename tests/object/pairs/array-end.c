// SPDX-License-Identifier: GPL-2.0
// An address outside of the variable it belongs to.
// expect verdict: accepted
// expect changed: walk
// expect undefined: .klp.sym.vmlinux.items,0
#include "kernel.h"

static int items[8];
static int neighbour[8];

noinline int walk(int x)
{
	int *p;

	for (p = items; p < items + 8; p++)
		x += *p + OLD_NEW(1, 2);
	use(items);
	return x;
}

noinline int other(void)
{
	use(neighbour);
	return 0;
}
