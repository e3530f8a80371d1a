// SPDX-License-Identifier: GPL-2.0
// One member where two were: what existing objects have there means something else.
// expect verdict: refused
// expect codes: KM228
// expect symbols: item
// expect hint: leave 'id' where it is, though nothing uses it; keep 'generation' in a shadow
#include "kernel.h"

struct item {
#ifdef PATCHED
	long generation;
#else
	int id;
	int number;
#endif
	long value;
};

noinline long value_of(struct item *item)
{
	return item->value + OLD_NEW(item->id, item->generation);
}
