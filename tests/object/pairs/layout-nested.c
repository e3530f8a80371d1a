// SPDX-License-Identifier: GPL-2.0
// Within an unnamed structure, of the same size all the time.
// expect verdict: refused
// expect codes: KM228
// expect symbols: item
#include "kernel.h"

struct item {
	int id;
	struct {
		OLD_NEW(short, int) low;
		OLD_NEW(int, short) high;
	} range[2];
};

noinline long value_of(struct item *item)
{
	return item->range[1].low + item->range[1].high;
}
