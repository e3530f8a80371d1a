// SPDX-License-Identifier: GPL-2.0
// expect verdict: accepted
// expect codes: KM261
// expect symbols: table
// expect changed: get
// expect undefined: table
#include "kernel.h"
#include <kmend/author.h>

int table[OLD_NEW(4, 8)] = {1, 2, 3, 4};

noinline int get(int i)
{
	return table[i & OLD_NEW(3, 1)];
}

#ifdef PATCHED
KMEND_UNSAFE_SIZE(table, "the entries that are new are not reached");
#endif
