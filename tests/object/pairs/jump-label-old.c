// SPDX-License-Identifier: GPL-2.0
// Entries of Linux 4.19 and earlier are three addresses.
// expect verdict: accepted
// expect changed: branch
// expect undefined: second
// expect absent: first
// expect sections: __jump_table
#include "kernel.h"

#define old_branch(key)                                            \
	({                                                         \
		__label__ l_yes, l_end;                            \
		int taken = 1;                                     \
		__asm__ goto("1: .byte 0x0f,0x1f,0x44,0x00,0x00\n" \
			     ".pushsection __jump_table, \"aw\"\n" \
			     ".balign 8\n"                         \
			     ".quad 1b, %l[l_yes], %c0\n"          \
			     ".popsection" ::"i"(key)::l_yes);     \
		taken = 0;                                         \
		goto l_end;                                        \
l_yes:;                                                            \
		barrier();                                         \
l_end:                                                             \
		taken;                                             \
	})

struct static_key first, second;

noinline int branch(int x)
{
	if (old_branch(OLD_NEW(&first, &second)))
		return x + 1;
	return x;
}

noinline int untouched(int x)
{
	if (old_branch(&first))
		return x * 2;
	return x;
}
