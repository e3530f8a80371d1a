// SPDX-License-Identifier: GPL-2.0
// A pointer that new code stores would outlive the patch.
// expect verdict: refused
// expect codes: KM210
// expect symbols: hidden
// expect message: takes\(\) in .text.takes \(callers-.*address.c:\d+\) takes the address of it
#include "kernel.h"

static notrace noinline int hidden(int x)
{
	barrier();
	return x + OLD_NEW(1, 2);
}

void takes(void)
{
	use(OLD_NEW((void *)0, hidden));
}

int calls(int x)
{
	return hidden(x) + 1;
}
