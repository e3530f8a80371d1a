// SPDX-License-Identifier: GPL-2.0
// What is changed would now use memory that is freed after boot.
// expect verdict: refused
// expect codes: KM223
#include "kernel.h"

int boot_only __section(".init.data") = 3;
int kept = 3;

noinline int get(void)
{
	return OLD_NEW(kept, boot_only);
}
