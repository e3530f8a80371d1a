// SPDX-License-Identifier: GPL-2.0
// What begins anew, as its author knows, comes along.
// expect verdict: accepted
// expect codes: KM261
// expect symbols: total
// expect changed: add get
// expect defined: total
#include "kernel.h"
#include <kmend/author.h>

static int OLD_NEW(counter, total);

noinline int add(int x)
{
	OLD_NEW(counter, total) += x;
	barrier();
	return OLD_NEW(counter, total);
}

noinline int get(void)
{
	return OLD_NEW(counter, total);
}

#ifdef PATCHED
KMEND_UNSAFE_STATE(total, "it may count from 0 again");
#endif
