// SPDX-License-Identifier: GPL-2.0
// expect verdict: accepted
// expect changed: count
// expect undefined: .klp.sym.vmlinux.second_count,0
// expect absent: .klp.sym.vmlinux.first_count,0
#include "kernel.h"

static int first_count __section(".data..percpu");
static int second_count __section(".data..percpu");

noinline int other(void)
{
	__asm__ volatile("incl %%gs:%0" : "+m"(first_count));
	return 1;
}

noinline int count(void)
{
	__asm__ volatile("addl %1, %%gs:%0" : "+m"(second_count) : "i"(OLD_NEW(1, 2)));
	return 2;
}
