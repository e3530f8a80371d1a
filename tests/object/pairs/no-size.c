// SPDX-License-Identifier: GPL-2.0
// A function in assembler that does not tell its size goes on to the next one.
// expect verdict: accepted
// expect changed: entry
// expect callers: user
#include "kernel.h"

__asm__(".pushsection .text.assembler, \"ax\"\n"
	".type entry, @function\n"
	"entry: mov $" OLD_NEW("1", "2") ", %eax\n"
					 "ret\n"
					 ".type other, @function\n"
					 "other: mov $3, %eax\n"
					 "ret\n"
					 ".popsection");

int entry(void);
int other(void);

noinline int user(int x)
{
	return x + entry();
}

noinline int untouched(int x)
{
	return x + other();
}
