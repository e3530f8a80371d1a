// SPDX-License-Identifier: GPL-2.0
// Sections of data with a meaning for the link or for boot hold variables like all others.
// expect verdict: accepted
// expect changed: reads
// expect undefined: after_init mostly_read once aligned
// expect sections: .text.reads
#include "kernel.h"

int after_init __section(".data..ro_after_init") = 1;
int mostly_read __section(".data..read_mostly") = 2;
int once __section(".data.once") = 3;
int aligned __section(".data..cacheline_aligned") = 4;

noinline int reads(int x)
{
	return after_init + mostly_read + once + aligned + OLD_NEW(1, 2);
}
