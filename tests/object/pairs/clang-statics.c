// SPDX-License-Identifier: GPL-2.0
// clang names a static local after its function, and numbers only the second of one name: one that
// is new in front takes the name of the old one.
// expect verdict: accepted
// expect changed: count
// expect undefined: .klp.sym.vmlinux.count.state,0 .klp.sym.vmlinux.other.state,0
// expect defined: count.fresh
// expect absent: .klp.sym.vmlinux.count.fresh,0
#include "kernel.h"

noinline int count(int x)
{
	static int state __asm__("count.state");
	static int other __asm__("other.state");
#ifdef PATCHED
	static int fresh __asm__("count.fresh");

	fresh += x;
	use(&fresh);
#endif
	state += x;
	other ^= x;
	barrier();
	return state + other;
}

noinline int untouched(int x)
{
	static int state __asm__("untouched.state");

	state += x;
	barrier();
	return state;
}
