// SPDX-License-Identifier: GPL-2.0
// Init code that changes, and init code that is new, with what it uses.
// expect verdict: accepted
// expect codes: KM260
// expect symbols: start more limit
// expect changed: taken
// expect changed-back: taken start
// expect new: more
// expect records: taken
// expect absent: start more
#include "kernel.h"
#include <kmend/author.h>

static int limit __section(".init.data") = OLD_NEW(5, 6);

#ifdef PATCHED
static noinline int __used __init more(int x)
{
	barrier();
	return x + limit;
}
#endif

int __init start(int x)
{
	return x * limit + OLD_NEW(1, 2);
}

noinline int taken(int x)
{
	return x * OLD_NEW(3, 4);
}

#ifdef PATCHED
KMEND_IGNORE_FUNCTION(start, "the kernel has started");
KMEND_IGNORE_FUNCTION(more, "the kernel has started");
KMEND_IGNORE_DATA(limit, "the kernel has started");
#endif
