// SPDX-License-Identifier: GPL-2.0
// What the kernel has allocated does not have the new member.
// expect verdict: refused
// expect codes: KM228
// expect symbols: item
// expect hint: ^keep 'generation' in a shadow variable
#include "kernel.h"

struct item {
	int id;
#ifdef PATCHED
	int generation;
#endif
	int value;
};

struct list {
	struct item first;
	int n;
};

noinline long value_of(struct list *list)
{
	return list->n ? list->first.value : 0;
}
