/* SPDX-License-Identifier: GPL-2.0 */
/* A function that somebody sleeps in, and what waits in it. */
#ifndef BENCH_WAIT_H
#define BENCH_WAIT_H

#include <linux/sched.h>
#include <linux/wait.h>

/* Sleeps for that many milliseconds, or with 0 until the gate is opened. */
int bench_wait(struct wait_queue_head *gate, const bool *open, unsigned int ms);

static __always_inline int bench_wait_body(struct wait_queue_head *gate, const bool *open,
					   unsigned int ms, int version)
{
	if (ms)
		schedule_timeout_idle(msecs_to_jiffies(ms));
	else
		wait_event_idle(*gate, READ_ONCE(*open));
	return version;
}

#endif
