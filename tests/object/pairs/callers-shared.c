// SPDX-License-Identifier: GPL-2.0
// Calls within a section have no relocations: such a caller cannot be taken out of it.
// expect verdict: refused
// expect codes: KM230
// expect symbols: neighbour
#include "kernel.h"

static notrace noinline __section(".noinstr.text") int hidden(int x)
{
	barrier();
	return x + OLD_NEW(1, 2);
}

int __section(".noinstr.text") neighbour(int x)
{
	return hidden(x) + 3;
}

int calls(int x)
{
	return hidden(x) + 1;
}
