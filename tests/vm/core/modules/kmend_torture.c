// SPDX-License-Identifier: GPL-2.0
/*
 * Replaces the chain of core_torture, and functions of the kernel in which tasks sleep, by ones that
 * do the same and watch who calls whom. Included by kmend_torture_next.c, for a version more.
 */
#include <linux/ftrace.h>

#include "core_torture.h"
#include "patch.h"

#ifndef VERSION
#define VERSION    2
#define PATCH_NAME "torture"
#endif

#define ENTRY_CALL_SIZE 5

static noinline void new_outer(struct torture_call *call)
{
	torture_outer_body(call, VERSION);
}

static noinline void new_middle(struct torture_call *call)
{
	torture_middle_body(call, VERSION);
}

static noinline void new_inner(struct torture_call *call)
{
	torture_inner_body(call, VERSION);
}

/* Function 2 * PAIR calls 2 * PAIR + 1, or may (at an error). */
static const char *const kernel_functions[] = {
	"__x64_sys_poll",  "do_sys_poll",     "__x64_sys_epoll_wait",
	"do_epoll_wait",   "__x64_sys_futex", "do_futex",
	"ksys_read",       "vfs_read",        "inet_accept",
	"inet_csk_accept", "pipe_read", /* by a pointer, from many places: without a partner */
};

typedef long (*any_fn)(long a, long b, long c, long d, long e, long f);

static struct {
	unsigned long start, size;
	any_fn body; /* behind the call at the entry */
} olds[ARRAY_SIZE(kernel_functions)];

static bool has_partner(unsigned int n)
{
	return (n | 1) < ARRAY_SIZE(kernel_functions);
}

static __always_inline long wrap(unsigned int n, unsigned long caller, long a, long b, long c,
				 long d, long e, long f)
{
	struct torture_seat *seat = NULL;
	long r;

	if (has_partner(n) && n % 2 == 0)
		seat = torture_seat_take(n / 2, VERSION);
	else if (has_partner(n) && caller - olds[n - 1].start < olds[n - 1].size)
		torture_seat_find(n / 2, VERSION);
	r = READ_ONCE(olds[n].body)(a, b, c, d, e, f);
	torture_seat_leave(seat, r >= 0);
	return r;
}

#define WRAPPER(n)                                                                            \
	static noinline long new_kernel_##n(long a, long b, long c, long d, long e, long f)   \
	{                                                                                     \
		return wrap(n, (unsigned long)__builtin_return_address(0), a, b, c, d, e, f); \
	}

WRAPPER(0)
WRAPPER(1)
WRAPPER(2)
WRAPPER(3)
WRAPPER(4)
WRAPPER(5)
WRAPPER(6)
WRAPPER(7)
WRAPPER(8)
WRAPPER(9)
WRAPPER(10)

static void *const wrappers[] = {new_kernel_0, new_kernel_1, new_kernel_2, new_kernel_3,
				 new_kernel_4, new_kernel_5, new_kernel_6, new_kernel_7,
				 new_kernel_8, new_kernel_9, new_kernel_10};

#define NR_CHAIN 3
static struct kmend_func funcs[NR_CHAIN + 2 * ARRAY_SIZE(kernel_functions)];
static unsigned int nr_funcs;

/* A function's cold part, where it has one, is a range of its own. */
static void cold_part(const struct lookup *lookup, const char *name)
{
	struct kmend_func *func = &funcs[nr_funcs];
	unsigned long addr, size, offset;
	char cold[KMEND_FUNC_NAME_LEN];

	snprintf(cold, sizeof(cold), "%s.cold", name);
	addr = lookup->address(cold);
	if (!addr || !lookup->size(addr, &size, &offset))
		return;
	strscpy(func->object, "vmlinux", sizeof(func->object));
	strscpy(func->name, cold, sizeof(func->name));
	func->old_addr = addr;
	func->old_size = size;
	func->flags = KMEND_FUNC_RANGE;
	nr_funcs++;
}

static int kernel_function(const struct lookup *lookup, unsigned int n)
{
	unsigned long (*location)(unsigned long ip) = (void *)lookup->address("ftrace_location");
	struct kmend_func *func = &funcs[nr_funcs];
	unsigned long ip;
	int r;

	r = patch_func(lookup, func, "vmlinux", kernel_functions[n], wrappers[n]);
	if (r)
		return r;
	ip = location(func->old_addr);
	if (!ip)
		return -ENOENT;
	olds[n].start = func->old_addr;
	olds[n].size = func->old_size;
	olds[n].body = (any_fn)(ip + ENTRY_CALL_SIZE);
	nr_funcs++;
	cold_part(lookup, kernel_functions[n]);
	return 0;
}

static int __init patch_init(void)
{
	static const char *const chain[] = {"torture_outer", "torture_middle", "torture_inner"};
	void *const replacements[] = {new_outer, new_middle, new_inner};
	struct lookup lookup;
	unsigned int i;
	int r;

	r = lookup_init(&lookup);
	for (i = 0; r == 0 && i < NR_CHAIN; i++, nr_funcs++)
		r = patch_func(&lookup, &funcs[nr_funcs], "core_torture", chain[i],
			       replacements[i]);
	for (i = 0; r == 0 && i < ARRAY_SIZE(kernel_functions); i++)
		r = kernel_function(&lookup, i);
	return r ?: patch_register(&lookup, PATCH_NAME, funcs, nr_funcs);
}

module_init(patch_init);
module_exit(patch_exit);
MODULE_DESCRIPTION("Test patch of functions that are never left alone");
MODULE_LICENSE("GPL");
