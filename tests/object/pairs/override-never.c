// SPDX-License-Identifier: GPL-2.0
// Nobody can answer for a table that patchgen does not understand.
// expect verdict: refused
// expect codes: KM216 KM262
// expect in-section: .strange_table
#include "kernel.h"
#include <kmend/author.h>

noinline int listed(int x)
{
	__asm__ volatile("1:\n"
			 ".pushsection .strange_table, \"a\"\n"
			 ".long 1b - .\n"
			 ".popsection");
	return x + OLD_NEW(1, 2);
}

#ifdef PATCHED
KMEND_IGNORE_SECTION(".strange_table", "it looks harmless");
#endif
