// SPDX-License-Identifier: GPL-2.0
// A module's init function is told once, by the name that its author has given it.
// expect verdict: refused
// expect codes: KM211
// expect symbols: start
// expect no-symbols: init_module
#include "kernel.h"

int state;

static int __init start(void)
{
	state = OLD_NEW(1, 2);
	return 0;
}

int init_module(void) __attribute__((alias("start")));
