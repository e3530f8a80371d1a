// SPDX-License-Identifier: GPL-2.0
// The kernel loads no modules that refer to places through a table of addresses, or in two bytes.
// expect verdict: refused
// expect codes: KM205
// expect symbols: finds narrow
#include "kernel.h"

void *table_entry;

noinline long finds(int x)
{
	long p;

	__asm__("mov table_entry@GOTPCREL(%%rip), %0" : "=r"(p));
	return p + x + OLD_NEW(1, 2);
}

noinline int narrow(int x)
{
	__asm__ volatile("movw $table_entry, %%ax" ::: "ax");
	return x + OLD_NEW(1, 2);
}
