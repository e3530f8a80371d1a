// SPDX-License-Identifier: GPL-2.0
// A new per-CPU variable of a section that the loader of modules does not know would be no
// per-CPU variable.
// expect verdict: refused
// expect codes: KM224
#include "kernel.h"

#ifdef PATCHED
static int hits __section(".data..percpu..read_mostly");
#endif

noinline int count(int x)
{
#ifdef PATCHED
	__asm__ volatile("incl %%gs:%0" : "+m"(hits));
#endif
	return x + 1;
}
