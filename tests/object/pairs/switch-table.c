// SPDX-License-Identifier: GPL-2.0
// flags: -fjump-tables
// The table of a switch comes along and points into the new function.
// expect verdict: accepted
// expect changed: choose
// expect absent: .klp.sym.vmlinux.untouched,0
#include "kernel.h"

int a(void), b(void), c(void), d(void), e(void), f(void), g(void);

noinline int untouched(int x)
{
	switch (x) {
	case 0:
		return a() + 1;
	case 1:
		return b() + 2;
	case 2:
		return c() + 3;
	case 3:
		return d() + 4;
	case 4:
		return e() + 5;
	case 5:
		return f() + 6;
	}
	return 0;
}

noinline int choose(int x)
{
	switch (x) {
	case 0:
		return a() + 6;
	case 1:
		return b() + 5;
	case 2:
		return c() + 4;
	case 3:
		return d() + 3;
	case 4:
		return e() + 2;
	case 5:
		return OLD_NEW(f(), g()) + 1;
	}
	return 0;
}
