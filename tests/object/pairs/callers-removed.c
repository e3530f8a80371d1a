// SPDX-License-Identifier: GPL-2.0
// What goes away may be called later: its address was given to somebody.
// expect verdict: refused
// expect codes: KM210
// expect symbols: hidden
// expect message: gone\(\) in .text.gone \(callers-removed.c:\d+\) calls it, goes away, and may still be called
#include "kernel.h"

static notrace noinline int hidden(int x)
{
	barrier();
	return x + OLD_NEW(1, 2);
}

#ifndef PATCHED
static noinline int gone(int x)
{
	return hidden(x) + 3;
}
#endif

int changed(int x)
{
	use(OLD_NEW(gone, (void *)0));
	return hidden(x) + 1;
}
