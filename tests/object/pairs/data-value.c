// SPDX-License-Identifier: GPL-2.0
// expect verdict: refused
// expect codes: KM212
// expect symbols: limits
// expect message: limits.1..pair.high changes at .0xc
// expect hint: set it in a KMEND_POST_APPLY.. function
#include "kernel.h"

struct limit {
	const struct pair {
		int low, high;
	} pair;
} limits[2] = {{{1, 2}}, {{3, OLD_NEW(10, 20)}}};

noinline int get(void)
{
	return limits[1].pair.high;
}
