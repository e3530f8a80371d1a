// SPDX-License-Identifier: GPL-2.0
// expect verdict: refused
// expect codes: KM211
// expect symbols: setup
#include "kernel.h"

int state;

int __init setup(void)
{
	state = OLD_NEW(1, 2);
	return 0;
}
