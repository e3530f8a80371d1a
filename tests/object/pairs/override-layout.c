// SPDX-License-Identifier: GPL-2.0
// expect verdict: accepted
// expect codes: KM261
// expect symbols: item
// expect changed: value_of
#include "kernel.h"
#include <kmend/author.h>

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

#ifdef PATCHED
KMEND_UNSAFE_LAYOUT(item, "there are none yet");
#endif
