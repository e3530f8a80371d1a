// SPDX-License-Identifier: GPL-2.0
// What is no longer written to can stay where it is; so can what was 0 at first.
// expect verdict: accepted
// expect changed: reads
// expect undefined: fixed settled
#include "kernel.h"

OLD_NEW(, const) int fixed[2] = {1, 2};
OLD_NEW(, __section(".data..ro_after_init")) int settled = 3;

noinline int reads(int x)
{
	use((void *)fixed);
	return settled + OLD_NEW(1, 2);
}
