// SPDX-License-Identifier: GPL-2.0
// A constant of one function is not data that the kernel holds: the new one comes along.
// expect verdict: accepted
// expect changed: name_of
// expect defined-like: names
// expect not-undefined-like: .*names.*
#include "kernel.h"

noinline const char *name_of(int i)
{
	static const char *const names[] = {"zero", OLD_NEW("one", "uno"), "two"};

	return names[i];
}

noinline const char *other_name_of(int i)
{
	static const char *const names[] = {"a", "b", "c"};

	return names[i];
}
