// SPDX-License-Identifier: GPL-2.0
// f.isra.0 in place of f is another function, with other arguments: it is new, and whoever calls it
// changes.
// expect verdict: accepted
// expect changed: caller
// expect new: helper.isra.0
// expect records: caller
#include "kernel.h"

static noinline __used int helper(int x) __asm__(OLD_NEW("helper", "helper.isra.0"));
static noinline __used int helper(int x)
{
	barrier();
	return x * 5;
}

noinline int caller(int x)
{
	return helper(x) + 1;
}
