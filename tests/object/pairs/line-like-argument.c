// SPDX-License-Identifier: GPL-2.0
// The same constant in a call that takes no line is a change.
// expect verdict: accepted
// expect changed: sleeper
#include "kernel.h"

void wait_for(const char *what, int how_long);

noinline int sleeper(int x)
{
	wait_for("disk", OLD_NEW(100, 107));
	return x;
}
