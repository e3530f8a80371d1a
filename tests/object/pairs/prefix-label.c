// SPDX-License-Identifier: GPL-2.0
// The padding in front of a function, its label and what tables say of it go where it goes.
// flags: -fpatchable-function-entry=16,16 -fcf-protection=branch -fno-toplevel-reorder
// expect verdict: accepted
// expect changed: padded
// expect new: added
// expect records: padded
// expect sections: __patchable_function_entries
// expect not-undefined-like: .*__pfx_.*
#include "kernel.h"

#define PREFIX(name)                                     \
	__asm__(".pushsection .text." #name ", \"ax\"\n" \
		".type __pfx_" #name ", @function\n"     \
		"__pfx_" #name ":\n"                     \
		".size __pfx_" #name ", 16\n"            \
		".popsection\n")

#ifdef PATCHED
PREFIX(added);
noinline int added(int x)
{
	return x * 2;
}
#endif

PREFIX(padded);
noinline int padded(int x)
{
#ifdef PATCHED
	x = added(x);
#endif
	barrier();
	return x + 1;
}

PREFIX(untouched);
noinline int untouched(int x)
{
	return x + 3;
}
