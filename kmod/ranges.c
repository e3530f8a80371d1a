// SPDX-License-Identifier: GPL-2.0
#include "ranges.h"

#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "fault.h"

struct code_ranges *code_ranges_new(unsigned int nr)
{
	struct code_ranges *ranges;

	return FALLIBLE(NULL, kvzalloc(struct_size(ranges, items, nr), GFP_KERNEL));
}

void code_ranges_add(struct code_ranges *ranges, unsigned long start, unsigned long size)
{
	ranges->items[ranges->nr++] = (struct code_range){start, start + size};
}

static int compare_ranges(const void *a, const void *b)
{
	const struct code_range *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

void code_ranges_finish(struct code_ranges *ranges)
{
	unsigned int i, last = 0;

	if (ranges->nr == 0)
		return;
	sort(ranges->items, ranges->nr, sizeof(ranges->items[0]), compare_ranges, NULL);
	for (i = 1; i < ranges->nr; i++) {
		if (ranges->items[i].start < ranges->items[last].end)
			ranges->items[last].end =
				max(ranges->items[last].end, ranges->items[i].end);
		else
			ranges->items[++last] = ranges->items[i];
	}
	ranges->nr = last + 1;
}

bool notrace code_ranges_contain(const struct code_ranges *ranges, unsigned long addr)
{
	unsigned int low = 0, high = ranges->nr;

	while (low < high) {
		unsigned int mid = low + (high - low) / 2;

		if (addr < ranges->items[mid].start)
			high = mid;
		else if (addr >= ranges->items[mid].end)
			low = mid + 1;
		else
			return true;
	}
	return false;
}
