// SPDX-License-Identifier: GPL-2.0
// Without debug information the layouts of structures cannot be compared, which is told.
// flags: -g0
// expect verdict: accepted
// expect codes: KM229
// expect changed: changed
#include "kernel.h"

int seq(int x);
int changed(int x)
{
#ifdef PATCHED
	if (x < 0)
		return -1;
#endif
	return seq(x + 1);
}
