/* SPDX-License-Identifier: GPL-2.0 */
/*
 * On which side of a transition a task is: before or after. Each CPU has a word that says it for
 * everybody but the stragglers, who are on the other one. A CPU changes its own word itself, while
 * the machine is stopped: so not even an NMI that comes meanwhile sees both sides.
 */
#ifndef KMEND_SIDE_H
#define KMEND_SIDE_H

#include <linux/percpu.h>
#include <linux/types.h>

/* A number that grows with each change, above the side: a change is noticed by whoever is amid. */
#define SIDE_AFTER 1
#define SIDE_STEP  2

struct pending;

DECLARE_PER_CPU(unsigned long, side);

/* The stragglers of a side word. */
struct pending *side_pending(unsigned long word);

/* The word that has to follow, and the table that it will have, which is to be prepared first. */
unsigned long side_next(bool after);

/* As it is now for all CPUs, as nobody changes it. Needs kmend_lock. */
unsigned long side_now(void);

/* With the machine stopped: for this CPU; for all that are off, by one that is not. */
void side_set_own(unsigned long word);
void side_set_offline(unsigned long word);

/* For all CPUs, when both sides are the same and there are no stragglers. */
void side_set_all(unsigned long word);

/* Is the current task, which is at the site at ip, on the side "after"? In any context. */
bool side_of_current(unsigned long word, unsigned long ip);

#endif
