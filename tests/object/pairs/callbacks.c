// SPDX-License-Identifier: GPL-2.0
// Functions that an author declares as callbacks come along, with a record of them.
// expect verdict: accepted
// expect changed: f
// expect new: began prepare start
// expect records: f
// expect callbacks: 0 1
// expect sections: .kmend.callbacks
// expect not-defined-like: kmend_.*
// expect undefined: .klp.sym.vmlinux.hidden,0
#include "kernel.h"

static int hidden;

int f(int x)
{
	hidden += x;
	return x + OLD_NEW(1, 2);
}

#ifdef PATCHED
#include <kmend/author.h>

static noinline int prepare(int x)
{
	hidden = x;
	return printk("%d", x);
}

static int start(const struct kmend_event *event)
{
	return event->module ? prepare(4) : prepare(event->flags);
}
KMEND_PRE_APPLY(start);

static void began(const struct kmend_event *event)
{
	use((void *)event->patch);
}
KMEND_POST_APPLY(began);
#endif
