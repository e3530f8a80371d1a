// SPDX-License-Identifier: GPL-2.0
// Boot is over, but what it did with the address is not.
// expect verdict: refused
// expect codes: KM210
// expect symbols: hidden
// expect message: at_boot\(\) in .init.text \(.*\) takes the address of it
#include "kernel.h"

static notrace noinline int hidden(int x)
{
	barrier();
	return x + OLD_NEW(1, 2);
}

void __init at_boot(void)
{
	use(hidden);
}

int calls(int x)
{
	return hidden(x) + 1;
}
