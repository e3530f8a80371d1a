// SPDX-License-Identifier: GPL-2.0
// Boot is over: nothing calls it any more.
// expect verdict: refused
// expect codes: KM242
// expect symbols: hidden
#include "kernel.h"

static notrace noinline int hidden(int x)
{
	barrier();
	return x + OLD_NEW(1, 2);
}

int __init at_boot(int x)
{
	return hidden(x) + 2;
}
