// SPDX-License-Identifier: GPL-2.0
// Where nothing was: all that is there keeps its place. What is in existing objects is told.
// expect verdict: accepted
// expect codes: KM320
// expect symbols: item
// expect changed: value_of
#include "kernel.h"

struct item {
	short id;
#ifdef PATCHED
	short generation;
#endif
	long value;
#ifdef PATCHED
	unsigned old : 3, fresh : 1;
#else
	unsigned old : 3;
#endif
};

noinline long value_of(struct item *item)
{
	return item->value + OLD_NEW(1, 2) + item->old;
}
