// SPDX-License-Identifier: GPL-2.0
// A caller that has two names has one record; what is carried under two names is one function.
// expect verdict: accepted
// expect changed: hidden hidden_too
// expect callers: calls uses
// expect records: hidden calls uses
// expect ranges: hidden
#include "kernel.h"

static notrace noinline int hidden(int x)
{
	barrier();
	return x + OLD_NEW(1, 2);
}

static int hidden_too(int x) __attribute__((alias("hidden")));

int calls(int x)
{
	return hidden(x) + 1;
}

int calls_too(int x) __attribute__((alias("calls")));

int uses(int x)
{
	return hidden_too(x) + calls_too(x);
}
