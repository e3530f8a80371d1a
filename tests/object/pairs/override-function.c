// SPDX-License-Identifier: GPL-2.0
// A change that the author leaves out: calls go to the kernel's function, under any of its names.
// expect verdict: accepted
// expect codes: KM260
// expect symbols: left
// expect changed: taken
// expect changed-back: taken left also_left
// expect records: taken
// expect undefined: left
#include "kernel.h"
#include <kmend/author.h>

noinline int left(int x)
{
	return x + OLD_NEW(1, 2);
}

int also_left(int x) __attribute__((alias("left")));

noinline int taken(int x)
{
	return left(x) * OLD_NEW(3, 4);
}

#ifdef PATCHED
KMEND_IGNORE_FUNCTION(left, "only its text differs");
#endif
