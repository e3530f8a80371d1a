// SPDX-License-Identifier: GPL-2.0
// Jumps to functions are calls: out of the object, to one that stays, to one that changes, to itself.
// expect verdict: accepted
// expect changed: last outer
// expect undefined: outside stays
// expect absent: last
// expect records: last outer
#include "kernel.h"

int outside(int x);

noinline int stays(int x)
{
	barrier();
	return x * 3;
}

noinline int last(int x)
{
	barrier();
	return x * OLD_NEW(3, 5);
}

noinline int outer(int x)
{
	x += OLD_NEW(1, 2);
	if (x == 1)
		return outside(x);
	if (x == 2)
		return stays(x);
	return last(x);
}

noinline int untouched(int x)
{
	return last(x);
}
