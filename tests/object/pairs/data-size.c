// SPDX-License-Identifier: GPL-2.0
// expect verdict: refused
// expect codes: KM213
// expect symbols: table
#include "kernel.h"

int table[OLD_NEW(4, 8)] = {1, 2, 3, 4};

noinline int get(int i)
{
	return table[i & 3];
}
