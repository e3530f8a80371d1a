// SPDX-License-Identifier: GPL-2.0
// The core calls code of the patch module only: not what the kernel has already.
// expect verdict: refused
// expect codes: KM250
// expect symbols: old
#include "kernel.h"
#include <kmend/author.h>

int old(const struct kmend_event *event);
int old(const struct kmend_event *event)
{
	return event->flags;
}

int f(int x)
{
	return x + OLD_NEW(1, 2);
}

#ifdef PATCHED
KMEND_PRE_APPLY(old);
#endif
