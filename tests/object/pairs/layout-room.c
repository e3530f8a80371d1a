// SPDX-License-Identifier: GPL-2.0
// There is room for the new member elsewhere: not among the flags, which bytes after them are not
// aligned for, nor in the union, of which one member reaches further than another.
// expect verdict: refused
// expect codes: KM228
// expect symbols: item
// expect hint: put 'generation' after 'kind': at offset 28 there is room for it$
#include "kernel.h"

struct item {
	char flag;
#ifdef PATCHED
	int generation;
#endif
	short flags[2];
	union {
		char c;
		long l[2];
	};
	char kind;
	long value;
};

noinline long value_of(struct item *item)
{
	return item->value + item->kind;
}
