// SPDX-License-Identifier: GPL-2.0
// A structure without a name of its own.
// expect verdict: refused
// expect codes: KM228
// expect symbols: item_t
#include "kernel.h"

typedef struct {
	int id;
#ifdef PATCHED
	int generation;
#endif
	int value;
} item_t;

noinline long value_of(item_t *item)
{
	return item->value;
}
