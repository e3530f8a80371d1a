// SPDX-License-Identifier: GPL-2.0
// A member goes that nothing uses any more.
// expect verdict: refused
// expect codes: KM228
// expect symbols: item
// expect hint: ^leave 'owner' where it is, though nothing uses it$
#include "kernel.h"

struct item {
#ifndef PATCHED
	void *owner;
#endif
	long value;
};

noinline long value_of(struct item *item)
{
	return item->value;
}
