// SPDX-License-Identifier: GPL-2.0
// A module's exit code cannot be redirected, and is still to run.
// object: target
// expect verdict: refused
// expect codes: KM210
// expect symbols: hidden
// expect message: leave\(\) in .exit.text \(callers-module-exit.c:\d+\) calls it when the module comes or goes
#include "kernel.h"

static notrace noinline int hidden(int x)
{
	barrier();
	return x + OLD_NEW(1, 2);
}

int calls(int x)
{
	return hidden(x) + 1;
}

notrace void __exit leave(void)
{
	hidden(7);
}
