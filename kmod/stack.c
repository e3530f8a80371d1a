// SPDX-License-Identifier: GPL-2.0
#include "stack.h"

#include <linux/ftrace.h>
#include <linux/sched/task_stack.h>

#include "ranges.h"
#include "symbols.h"

struct look {
	const struct code_ranges *ranges;
	unsigned long skip_to; /* what is above this address does not count; 0: everything does */
	unsigned long inside;
};

static bool notrace look_at_address(void *cookie, unsigned long addr)
{
	struct look *look = cookie;

	if (look->skip_to) {
		if (addr == look->skip_to)
			look->skip_to = 0;
		return true;
	}
	if (!code_ranges_contain(look->ranges, addr))
		return true;
	look->inside = addr;
	return false;
}

int stack_look(const struct code_ranges *ranges, struct task_struct *task,
	       unsigned long *ret_inside)
{
	struct look look = {.ranges = ranges};

	if (kernel.arch_stack_walk_reliable(look_at_address, &look, task) == 0)
		return 0;
	*ret_inside = look.inside;
	return -EAGAIN;
}

bool notrace stack_was_outside(const struct code_ranges *ranges, unsigned long ip)
{
	struct look look = {.ranges = ranges, .skip_to = ip + MCOUNT_INSN_SIZE};

	return kernel.arch_stack_walk_reliable(look_at_address, &look, current) == 0 &&
	       !look.skip_to;
}

struct reading {
	unsigned long *addresses;
	unsigned int nr, max;
};

static bool read_address(void *cookie, unsigned long addr)
{
	struct reading *reading = cookie;

	if (reading->nr == reading->max)
		return false;
	reading->addresses[reading->nr++] = addr;
	return true;
}

unsigned int stack_read(struct task_struct *task, unsigned long *ret, unsigned int max)
{
	struct reading reading = {.addresses = ret, .max = max};

	kernel.arch_stack_walk_reliable(read_address, &reading, task);
	return reading.nr;
}

bool stack_get(struct task_struct *task)
{
	return try_get_task_stack(task);
}

void stack_put(struct task_struct *task)
{
	kernel.put_task_stack(task);
}
