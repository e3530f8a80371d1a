// SPDX-License-Identifier: GPL-2.0
// Symbols at odd places and of no size.
// expect verdict: accepted
// expect changed: uses
// expect undefined: odd empty
#include "kernel.h"

__asm__(".pushsection .data.odd, \"aw\"\n"
	".byte 1\n"
	".globl odd\n"
	".type odd, @object\n"
	"odd: .byte 2, 3, 4, 5\n"
	".size odd, 4\n"
	".globl empty\n"
	".type empty, @object\n"
	"empty:\n"
	".size empty, 0\n"
	".popsection");

extern char odd[4], empty[];

noinline int uses(int x)
{
	use(odd);
	use(empty);
	return x + OLD_NEW(1, 2);
}
