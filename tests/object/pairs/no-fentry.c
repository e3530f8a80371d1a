// SPDX-License-Identifier: GPL-2.0
// expect verdict: refused
// expect codes: KM210
// expect symbols: hidden
// expect message: it is global
#include "kernel.h"

notrace noinline int hidden(int x)
{
	return x + OLD_NEW(1, 2);
}
