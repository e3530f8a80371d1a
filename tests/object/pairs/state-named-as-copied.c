// SPDX-License-Identifier: GPL-2.0
// A variable of the whole file keeps its state, though it is called as those of single functions.
// expect verdict: accepted
// expect changed: add
// expect undefined: .klp.sym.vmlinux._entry,0
#include "kernel.h"

static int _entry;

noinline int add(int x)
{
	_entry += x;
	return OLD_NEW(1, 2);
}

noinline int get(void)
{
	return _entry;
}
