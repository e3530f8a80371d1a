// SPDX-License-Identifier: GPL-2.0
// expect verdict: accepted
// expect changed: answer
// expect undefined: .klp.sym.vmlinux.answer,0 other __fentry__
// expect sections: .kmend.funcs __mcount_loc
// expect records: answer
#include "kernel.h"

int other(int x);

noinline int answer(int x)
{
	return other(x) + OLD_NEW(1, 2);
}

noinline int untouched(int x)
{
	return other(x) * 3;
}
