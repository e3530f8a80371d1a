// SPDX-License-Identifier: GPL-2.0
// What changes has no entry for ftrace: its callers come along, one of which jumps to it.
// expect verdict: accepted
// expect changed: hidden
// expect callers: calls jumps
// expect records: hidden hidden.cold calls jumps calls.cold
// expect ranges: hidden hidden.cold calls.cold
// expect defined: hidden calls jumps
// expect absent: .klp.sym.vmlinux.other,0
// expect twin-numbers: count
#include "kernel.h"

static notrace noinline int hidden(int x)
{
	if (unlikely(x < 0)) {
		printk("negative %d", x);
		printk("again %d", x);
		return -22;
	}
	barrier();
	return x + OLD_NEW(1, 2);
}

int calls(int x)
{
	static int count;

	if (unlikely(x > 100)) {
		printk("large %d", x);
		printk("again %d", x);
	}
	return hidden(x) + hidden(x + 1) + ++count;
}

int jumps(int x)
{
	return hidden(x);
}

int other(int x)
{
	return x;
}
