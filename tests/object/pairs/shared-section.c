// SPDX-License-Identifier: GPL-2.0
// Two functions of one section, where a call between them needs no relocation: out of its section
// it needs one. What lies behind and only moves does not change.
// expect verdict: accepted
// expect changed: caller
// expect undefined: .klp.sym.vmlinux.callee,0
// expect records: caller
#include "kernel.h"

static noinline __section(".sched.text") int callee(int x)
{
	barrier();
	return x + 1;
}

noinline __section(".sched.text") int caller(int x)
{
#ifdef PATCHED
	use(&x);
#endif
	return callee(x) + OLD_NEW(1, 2);
}

noinline __section(".sched.text") int behind(int x)
{
	return callee(x) + 3;
}
