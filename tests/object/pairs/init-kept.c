// SPDX-License-Identifier: GPL-2.0
// What is freed after boot cannot be used later, though its code and its value stay the same.
// expect verdict: refused
// expect codes: KM223
// expect symbols: table prepare
#include "kernel.h"

int OLD_NEW(__section(".init.data"), ) table[4] = {1, 2, 3, 4};

noinline __cold OLD_NEW(__init, ) int prepare(int x)
{
	barrier();
	return x + 1;
}

noinline int at_runtime(int x)
{
	return x OLD_NEW(, +table[x & 3] + prepare(x));
}
