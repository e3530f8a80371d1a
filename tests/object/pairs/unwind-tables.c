// SPDX-License-Identifier: GPL-2.0
// How to unwind the new code comes along; it follows from the code, and is no change by itself.
// expect verdict: accepted
// expect changed: changed
// expect sections: .orc_unwind .orc_unwind_ip
#include "kernel.h"

#define UNWIND(state)                                                         \
	__asm__ volatile("1:\n"                                               \
			 ".pushsection .orc_unwind_ip, \"a\"\n.long 1b - .\n" \
			 ".popsection\n"                                      \
			 ".pushsection .orc_unwind, \"a\"\n"                  \
			 ".byte " state ", 0, 0, 0, 5, 0\n"                   \
			 ".popsection")

noinline int untouched(int x)
{
	UNWIND(OLD_NEW("8", "24"));
	return x;
}

noinline int changed(int x)
{
	UNWIND("8");
	barrier();
	UNWIND("16");
	return x + OLD_NEW(1, 2);
}
