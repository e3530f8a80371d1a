// SPDX-License-Identifier: GPL-2.0
// A list of functions that BPF programs may call names it.
// expect verdict: refused
// expect codes: KM210
// expect symbols: hidden
// expect message: BPF programs may call it
#include "kernel.h"

static notrace noinline int hidden(int x)
{
	barrier();
	return x + OLD_NEW(1, 2);
}

__asm__(".pushsection .BTF_ids, \"a\"\n"
	".local __BTF_ID__func__hidden__1\n"
	"__BTF_ID__func__hidden__1: .zero 4\n"
	".popsection");

int calls(int x)
{
	return hidden(x) + 1;
}
