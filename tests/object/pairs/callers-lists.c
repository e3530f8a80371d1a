// SPDX-License-Identifier: GPL-2.0
// Lists of functions that are not to be probed, and what only the build reads, call nobody; nor
// does what the boot has done with. Tables about the function's own code are its own.
// expect verdict: accepted
// expect changed: hidden
// expect callers: calls
// expect records: hidden calls
// expect ranges: hidden
#include "kernel.h"

static notrace noinline __used int hidden(int x)
{
	BUG_ENTRY("file.c", 5, 0);
	return x + OLD_NEW(1, 2);
}

static void *blacklisted __used __section("_kprobe_blacklist") = hidden;
static void *addressable __used __section(".discard.addressable") = hidden;

int __init at_boot(int x)
{
	return hidden(x) + 2;
}

int calls(int x)
{
	return hidden(x) + 1;
}
