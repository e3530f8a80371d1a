// SPDX-License-Identifier: GPL-2.0
// A pointer to a changed function is one to the old: it outlives the patch. Calls take the new.
// expect verdict: accepted
// expect changed: callback install
// expect undefined: .klp.sym.vmlinux.callback,0
// expect pointer: install .klp.sym.vmlinux.callback,0
#include "kernel.h"

static noinline int callback(int x)
{
	barrier();
	return x + OLD_NEW(1, 2);
}

void install_callback(int (*f)(int));

noinline int install(int x)
{
	install_callback(callback);
	return callback(x) + OLD_NEW(0, 1);
}
