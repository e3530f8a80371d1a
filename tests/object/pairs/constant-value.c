// SPDX-License-Identifier: GPL-2.0
// expect verdict: refused
// expect codes: KM212
// expect symbols: limits
// expect hint: read-only and stays: make the change in the code that reads it$
#include "kernel.h"

const int limits[2] = {1, OLD_NEW(10, 20)};

noinline int get(int i)
{
	return limits[i];
}
