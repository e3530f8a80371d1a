// SPDX-License-Identifier: GPL-2.0
#include "side.h"

#include <linux/cpumask.h>

#include "pending.h"

DEFINE_PER_CPU(unsigned long, side);

static unsigned long now; /* what all words are, or are about to become; under kmend_lock */

struct pending *notrace side_pending(unsigned long word)
{
	return pending_table((word / SIDE_STEP) % 2);
}

unsigned long side_now(void)
{
	return now;
}

unsigned long side_next(bool after)
{
	return (now & ~(unsigned long)SIDE_AFTER) + SIDE_STEP + (after ? SIDE_AFTER : 0);
}

void side_set_own(unsigned long word)
{
	this_cpu_write(side, word);
}

void side_set_offline(unsigned long word)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		if (!cpu_online(cpu))
			per_cpu(side, cpu) = word;
	now = word;
}

void side_set_all(unsigned long word)
{
	unsigned int cpu;

	/* Pairs with site_choose(): who sees the new word sees what both sides are now. */
	smp_wmb();
	for_each_possible_cpu(cpu)
		WRITE_ONCE(per_cpu(side, cpu), word);
	now = word;
}

bool notrace side_of_current(unsigned long word, unsigned long ip)
{
	bool after = word & SIDE_AFTER;

	return pending_keeps_current(side_pending(word), ip) ? !after : after;
}
