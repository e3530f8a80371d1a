// SPDX-License-Identifier: GPL-2.0
// A branch with another key has the same code.
// expect verdict: accepted
// expect changed: branch
// expect undefined: second
// expect absent: first
// expect sections: __jump_table
#include "kernel.h"

struct static_key first, second;

noinline int branch(int x)
{
	if (static_branch(OLD_NEW(&first, &second)))
		return x + 1;
	return x;
}

noinline int untouched(int x)
{
	if (static_branch(&first))
		return x * 2;
	return x;
}
