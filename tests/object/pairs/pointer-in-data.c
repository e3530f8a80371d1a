// SPDX-License-Identifier: GPL-2.0
// A structure of operations now points elsewhere: the one in the kernel does not.
// expect verdict: refused
// expect codes: KM212
// expect symbols: ops
#include "kernel.h"

static noinline int read_old(int x)
{
	barrier();
	return x;
}

static noinline int read_new(int x)
{
	barrier();
	return x + 1;
}

const struct {
	int (*read)(int), (*write)(int);
} ops = {OLD_NEW(read_old, read_new), OLD_NEW(read_new, read_old)};
