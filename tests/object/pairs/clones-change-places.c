// SPDX-License-Identifier: GPL-2.0
// Clones are numbered as they come: two that changed places are still the same functions.
// expect verdict: accepted
// expect changed: third
// expect undefined: .klp.sym.vmlinux.helper.constprop.0,0 .klp.sym.vmlinux.helper.constprop.1,0
#include "kernel.h"

static noinline __used int one(int x) __asm__(OLD_NEW("helper.constprop.0", "helper.constprop.1"));
static noinline __used int one(int x)
{
	barrier();
	return x * 5;
}

static noinline __used int two(int x) __asm__(OLD_NEW("helper.constprop.1", "helper.constprop.0"));
static noinline __used int two(int x)
{
	barrier();
	return x * 7 + 3;
}

noinline int first(int x)
{
	return one(x) + 1;
}

noinline int second(int x)
{
	return two(x) + 2;
}

noinline int third(int x)
{
	return one(x) - two(x) + OLD_NEW(1, 2);
}
