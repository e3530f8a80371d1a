// SPDX-License-Identifier: GPL-2.0
// Code that is freed after boot or load cannot be called later.
// expect verdict: refused
// expect codes: KM211 KM250
// expect symbols: start
#include "kernel.h"
#include <kmend/author.h>

int f(int x)
{
	return x + OLD_NEW(1, 2);
}

#ifdef PATCHED
static int __init start(const struct kmend_event *event)
{
	return event->flags;
}
KMEND_PRE_APPLY(start);
#endif
