// SPDX-License-Identifier: GPL-2.0
// Not even where there was room: what is there in existing objects is not known.
// expect verdict: refused
// expect codes: KM228
// expect symbols: item
#include "kernel.h"

struct item {
	short id;
#ifdef PATCHED
	short generation;
#endif
	long value;
};

noinline long value_of(struct item *item)
{
	return item->value + OLD_NEW(1, 2);
}
