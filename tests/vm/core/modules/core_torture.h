/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Functions that call each other, in versions. Each of a chain notes its version in the call and
 * sees that those which called it and those which it calls have the same: on one stack they must.
 */
#ifndef CORE_TORTURE_H
#define CORE_TORTURE_H

#include <linux/types.h>

/* Where a chain is called. */
enum torture_context {
	TORTURE_SYSCALL,
	TORTURE_KTHREAD,
	TORTURE_WORK,
	TORTURE_SOFTIRQ,
	TORTURE_HARDIRQ,
	TORTURE_IPI,
	TORTURE_VMLINUX, /* functions of the kernel, which torture_seat_* watch over */
	_TORTURE_CONTEXT_MAX,
};

/* What it does half-way. */
enum torture_pause {
	TORTURE_PASS,
	TORTURE_SPIN,
	TORTURE_YIELD,
	TORTURE_SLEEP,
};

struct torture_call {
	enum torture_context context;
	enum torture_pause pause;
	int version;
};

/* Each is replaced by every torture patch. */
void torture_outer(struct torture_call *call);
void torture_middle(struct torture_call *call);
void torture_inner(struct torture_call *call);

void torture_pause(const struct torture_call *call);
void torture_compare(const struct torture_call *call, int version);
void torture_count(const struct torture_call *call);

static __always_inline void torture_outer_body(struct torture_call *call, int version)
{
	call->version = version;
	torture_middle(call);
	torture_compare(call, version);
	torture_count(call);
}

static __always_inline void torture_middle_body(struct torture_call *call, int version)
{
	torture_compare(call, version);
	torture_pause(call);
	torture_inner(call);
	torture_compare(call, version);
}

static __always_inline void torture_inner_body(struct torture_call *call, int version)
{
	torture_compare(call, version);
	call->version = version;
	barrier();
}

/*
 * Pairs of the kernel's own functions, of which the outer calls the inner. A replaced outer takes a
 * seat for its task; the inner, when it is called by the outer, finds one there of its own version,
 * and the outer sees at its end that the inner was a replaced one.
 */
struct torture_seat;
struct torture_seat *torture_seat_take(unsigned int pair, int version);
void torture_seat_find(unsigned int pair, int version);
void torture_seat_leave(struct torture_seat *seat, bool was_called);

#endif
