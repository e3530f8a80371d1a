// SPDX-License-Identifier: GPL-2.0
// Two functions of one section that have nothing to do with each other.
// expect verdict: accepted
// expect changed: second
// expect undefined: other .klp.sym.vmlinux.second,0
#include "kernel.h"

int other(int x);

noinline __section(".sched.text") int first(int x)
{
	return other(x) * 2;
}

noinline __section(".sched.text") int second(int x)
{
	while (other(x))
		x += OLD_NEW(1, 2);
	return x;
}
