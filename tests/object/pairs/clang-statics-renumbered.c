// SPDX-License-Identifier: GPL-2.0
// Two variables of one name in one function: which is which is told by the places that use them.
// expect verdict: no-change
#include "kernel.h"

noinline int pair(int x)
{
	static int state __asm__(OLD_NEW("pair.state", "pair.state.1"));

	state += x;
	barrier();
	{
		static int state __asm__(OLD_NEW("pair.state.1", "pair.state"));

		state ^= x;
		barrier();
		x = state;
	}
	return state + x;
}
