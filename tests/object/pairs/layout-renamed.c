// SPDX-License-Identifier: GPL-2.0
// A member of another name or type in the same place, and a new structure, are no danger.
// expect verdict: accepted
// expect changed: value_of
#include "kernel.h"

struct item {
	int id;
	OLD_NEW(long, unsigned long) OLD_NEW(value, amount);
	union {
		int a;
		short b;
	};
};

#ifdef PATCHED
struct fresh {
	long x, y;
};
#endif

noinline long value_of(struct item *item)
{
#ifdef PATCHED
	struct fresh fresh = {item->amount, item->b};

	use(&fresh);
	return fresh.x;
#else
	return item->value;
#endif
}
