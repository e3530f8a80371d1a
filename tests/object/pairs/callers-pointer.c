// SPDX-License-Identifier: GPL-2.0
// Whoever reads the pointer goes on calling the old function.
// expect verdict: refused
// expect codes: KM210
// expect symbols: hidden
// expect message: table in .data.table \(callers-pointer.c:\d+\) refers to it
#include "kernel.h"

static notrace noinline int hidden(int x)
{
	barrier();
	return x + OLD_NEW(1, 2);
}

int (*table)(int) = hidden;

int calls(int x)
{
	return hidden(x) + 1;
}
