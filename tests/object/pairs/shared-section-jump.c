// SPDX-License-Identifier: GPL-2.0
// A short jump to a neighbour reaches as far as its section.
// expect verdict: refused
// expect codes: KM230
// expect symbols: jumps
#include "kernel.h"

noinline __section(".sched.text") int neighbour(int x)
{
	return x + 1;
}

noinline __section(".sched.text") int jumps(int x)
{
	__asm__ goto(".byte 0xeb; .byte neighbour - . - 1" :: ::never);
	return x + OLD_NEW(1, 2);
never:
	return 0;
}
