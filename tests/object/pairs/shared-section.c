// SPDX-License-Identifier: GPL-2.0
// Two functions of one section, where a call between them needs no relocation.
// expect verdict: refused
// expect codes: KM230
// expect symbols: caller
#include "kernel.h"

static noinline __section(".sched.text") int callee(int x)
{
	barrier();
	return x + 1;
}

noinline __section(".sched.text") int caller(int x)
{
	return callee(x) + OLD_NEW(1, 2);
}
