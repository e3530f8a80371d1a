// SPDX-License-Identifier: GPL-2.0
// New data that points to functions: to the old of a changed one, to the new one itself.
// expect verdict: accepted
// expect changed: install read_one
// expect new: write_one
// expect undefined: .klp.sym.vmlinux.read_one,0
// expect defined: fresh_ops write_one
#include "kernel.h"

static noinline int read_one(int x)
{
	barrier();
	return x + OLD_NEW(1, 2);
}

#ifdef PATCHED
static noinline int write_one(int x)
{
	barrier();
	return x ^ 1;
}

static const struct {
	int (*read)(int), (*write)(int);
} fresh_ops = {read_one, write_one};
#endif

int keep(int (*f)(int));

noinline int install(void)
{
#ifdef PATCHED
	use((void *)&fresh_ops);
#endif
	return keep(read_one);
}
