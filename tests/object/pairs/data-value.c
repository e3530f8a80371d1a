// SPDX-License-Identifier: GPL-2.0
// expect verdict: refused
// expect codes: KM212
// expect symbols: limit
#include "kernel.h"

int limit = OLD_NEW(10, 20);

noinline int get(void)
{
	return limit;
}
