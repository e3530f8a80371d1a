// SPDX-License-Identifier: GPL-2.0
// Calls within a section have no relocations, and are calls all the same.
// expect verdict: accepted
// expect changed: hidden
// expect callers: calls neighbour
// expect records: hidden calls neighbour
// expect ranges: hidden
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
