/* SPDX-License-Identifier: GPL-2.0 */
/* Sets of code addresses. */
#ifndef KMEND_RANGES_H
#define KMEND_RANGES_H

#include <linux/types.h>

/* Code addresses [start, end). */
struct code_range {
	unsigned long start;
	unsigned long end;
};

struct code_ranges {
	unsigned int nr;
	struct code_range items[]; /* sorted by start, none overlaps another */
};

/* Room for nr ranges, none of them in it yet; free with kvfree(). NULL when out of memory. */
struct code_ranges *code_ranges_new(unsigned int nr);

/* Add one; there must be room. size in bytes. */
void code_ranges_add(struct code_ranges *ranges, unsigned long start, unsigned long size);

/* Sort and merge, once all are added. */
void code_ranges_finish(struct code_ranges *ranges);

/* May be asked in any context. */
bool code_ranges_contain(const struct code_ranges *ranges, unsigned long addr);

#endif
