// SPDX-License-Identifier: GPL-2.0
// Data of the boot may have been copied to where it stays.
// expect verdict: refused
// expect codes: KM210
// expect symbols: hidden
// expect message: template in .init.data \(.*\) refers to it
#include "kernel.h"

static notrace noinline int hidden(int x)
{
	barrier();
	return x + OLD_NEW(1, 2);
}

int (*template)(int) __section(".init.data") = hidden;

int calls(int x)
{
	return hidden(x) + 1;
}
