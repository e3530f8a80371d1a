// SPDX-License-Identifier: GPL-2.0
// What goes away was only called, by what changes.
// expect verdict: accepted
// expect changed: changed hidden
// expect records: changed hidden
// expect ranges: hidden
#include "kernel.h"

static notrace noinline int hidden(int x)
{
	barrier();
	return x + OLD_NEW(1, 2);
}

#ifndef PATCHED
static noinline int gone(int x)
{
	barrier();
	return hidden(x) + 3;
}
#endif

int changed(int x)
{
	return OLD_NEW(gone(x), hidden(x) + 3) * 2;
}
