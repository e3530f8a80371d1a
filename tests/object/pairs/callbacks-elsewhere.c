// SPDX-License-Identifier: GPL-2.0
// A function of another file is not known to be part of the patch.
// expect verdict: refused
// expect codes: KM250
#include "kernel.h"
#include <kmend/author.h>

int elsewhere(const struct kmend_event *event);

int f(int x)
{
	return x + OLD_NEW(1, 2);
}

#ifdef PATCHED
KMEND_PRE_APPLY(elsewhere);
#endif
