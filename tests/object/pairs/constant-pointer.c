// SPDX-License-Identifier: GPL-2.0
// No callback could write to a constant: what it points to can be changed, though.
// expect verdict: refused
// expect codes: KM212
// expect symbols: operations
// expect hint: read-only and stays: make the change in check, to which it points, or in the code that uses it$
#include "kernel.h"

static noinline int check(int x)
{
	return x + 1;
}

#ifdef PATCHED
static noinline int check_more(int x)
{
	return check(x) + 2;
}
#endif

struct operations {
	int kind;
	int (*check)(int x);
};

const struct operations operations = {.kind = 1, .check = OLD_NEW(check, check_more)};
