// SPDX-License-Identifier: GPL-2.0
// Overrides that are not needed, or not about what is refused, are refused themselves.
// expect verdict: refused
// expect codes: KM262 KM212
// expect symbols: limit same gone .init.setup item
#include "kernel.h"
#include <kmend/author.h>

struct item {
	int value;
};

int limit = OLD_NEW(1, 2);

noinline int same(struct item *item)
{
	return item->value;
}

noinline int f(int x)
{
	return x + OLD_NEW(1, 2) + limit;
}

#ifdef PATCHED
KMEND_IGNORE_FUNCTION(same, "it does not change");
KMEND_IGNORE_FUNCTION(gone, "there is none");
KMEND_UNSAFE_SIZE(limit, "it is its value that changes");
KMEND_IGNORE_SECTION(".init.setup", "there is none");
KMEND_UNSAFE_LAYOUT(item, "it does not change");
#endif
