// SPDX-License-Identifier: GPL-2.0
// Of a caller without an entry there is a pointer: the change is named, once, and the caller.
// expect verdict: refused
// expect codes: KM210
// expect symbols: inner
// expect no-symbols: middle first second
// expect message: inner\(\) changes .* second in .data.second \(.*\) refers to its caller middle\(\)
#include "kernel.h"

static notrace noinline int inner(int x)
{
	barrier();
	return x + OLD_NEW(1, 2);
}

static notrace noinline int middle(int x)
{
	return inner(x) * 3;
}

int calls(int x)
{
	return middle(x) + inner(x);
}

int (*second)(int) = middle;
int (*first)(int) = calls;
