// SPDX-License-Identifier: GPL-2.0
// Variables of one place in code in which nothing of value is kept come along.
// expect verdict: accepted
// expect changed: limited
// expect defined-like: _rs\.\d+ __func__\.\d+ __already_done\.\d+
// expect not-undefined-like: .*(_rs|__func__|__already_done).*
#include "kernel.h"

struct ratelimit {
	int interval, burst;
};
int ratelimit(struct ratelimit *rs, const char *function);

noinline int limited(int x)
{
	static struct ratelimit _rs = {.interval = 5, .burst = 10};
	static _Bool __already_done __section(".data.once");

	if (!__already_done) {
		__already_done = 1;
		printk("once\n");
	}
	if (ratelimit(&_rs, __func__))
		printk("%s: %d\n", __func__, x);
	return x + OLD_NEW(1, 2);
}
