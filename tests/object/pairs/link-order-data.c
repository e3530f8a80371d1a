// SPDX-License-Identifier: GPL-2.0
// Variables that the link puts in an order of its own are variables.
// expect verdict: accepted
// expect changed: enqueue
// expect undefined: fair_sched_class
#include "kernel.h"

struct sched_class {
	int (*enqueue)(int);
};
extern const struct sched_class fair_sched_class;

noinline int enqueue(int x)
{
	use((void *)&fair_sched_class);
	return x + OLD_NEW(1, 2);
}

const struct sched_class fair_sched_class __section("__fair_sched_class") = {enqueue};
