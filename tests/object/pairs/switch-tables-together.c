// SPDX-License-Identifier: GPL-2.0
// flags: -fjump-tables
// Functions of a section that the source names have their tables in one: that of another function,
// of code that is freed even, has nothing to do with a change.
// expect verdict: accepted
// expect changed: choose
// expect absent: .klp.sym.vmlinux.untouched,0
#include "kernel.h"

int a(void), b(void), c(void), d(void), e(void), f(void);

noinline __section(".sched.text") int untouched(int x)
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

noinline __init int at_boot(int x)
{
	switch (x) {
	case 0:
		return a() + 0;
	case 1:
		return b() + 7;
	case 2:
		return c() + 14;
	case 3:
		return d() + 21;
	case 4:
		return e() + 28;
	case 5:
		return f() + 35;
	}
	return 0;
}

noinline __section(".sched.text") int choose(int x)
{
	switch (x) {
	case 0:
		return a() + 9;
	case 1:
		return b() + 8;
	case 2:
		return c() + OLD_NEW(1, x);
	case 3:
		return d() + 6;
	case 4:
		return e() + 5;
	case 5:
		return f() + 4;
	}
	return 0;
}

noinline __section(".sched.text") int behind(int x)
{
	switch (x) {
	case 0:
		return a() + 0;
	case 1:
		return b() + 3;
	case 2:
		return c() + 6;
	case 3:
		return d() + 9;
	case 4:
		return e() + 12;
	case 5:
		return f() + 15;
	}
	return 0;
}
