// SPDX-License-Identifier: GPL-2.0
// A changed clone is named as in the original.
// expect verdict: accepted
// expect codes: KM242
// expect changed: helper.constprop.0
// expect records: helper.constprop.0
#include "kernel.h"

static noinline __used int helper(int x) __asm__(OLD_NEW("helper.constprop.0",
							 "helper.constprop.1"));
static noinline __used int helper(int x)
{
	barrier();
	return x * OLD_NEW(5, 7);
}
