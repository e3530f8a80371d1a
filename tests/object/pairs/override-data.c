// SPDX-License-Identifier: GPL-2.0
// The kernel's variable keeps what it holds, and new code uses it.
// expect verdict: accepted
// expect codes: KM260
// expect symbols: limit
// expect changed: get
// expect undefined: limit
// expect absent: own
#include "kernel.h"
#include <kmend/author.h>

int limit = OLD_NEW(1, 2);

noinline int get(int x)
{
	return limit + x + OLD_NEW(0, 1);
}

#ifdef PATCHED
KMEND_IGNORE_DATA(limit, "a reason with \"quotes\", a back\\slash and 100%");
#endif
