// SPDX-License-Identifier: GPL-2.0
// A caller has no entry either: its own callers are redirected. One of them changes itself.
// expect verdict: accepted
// expect changed: changed inner
// expect new: added
// expect callers: middle outer
// expect records: changed inner middle outer
// expect ranges: inner middle
#include "kernel.h"

static notrace noinline int inner(int x)
{
	barrier();
	return x + OLD_NEW(1, 2);
}

static notrace noinline int middle(int x)
{
	return inner(x) * 3;
}

int outer(int x)
{
	return middle(x) + 4;
}

#ifdef PATCHED
noinline int added(int x)
{
	return inner(x) - middle(x);
}
#endif

int changed(int x)
{
	return middle(x) + OLD_NEW(5, added(x));
}
