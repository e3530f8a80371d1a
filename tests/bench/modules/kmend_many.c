// SPDX-License-Identifier: GPL-2.0
/*
 * Replaces the first "count" functions of bench_many, by kmend. The time that kmend_register() took
 * can be read from the parameter "register_ns".
 */
#include <linux/ktime.h>

#include "bench_many.h"
#include "patch.h"

#define NEW(n)                            \
	static noinline int new_##n(void) \
	{                                 \
		barrier();                \
		return 2;                 \
	}
BENCH_MANY(NEW)

#define ADDRESS(n) new_##n,
static void *const replacements[] = {BENCH_MANY(ADDRESS)};
#define NAME(n) "many_" #n,
static const char *const names[] = {BENCH_MANY(NAME)};

static unsigned int count = BENCH_NR_MANY;
module_param(count, uint, 0);
static unsigned long register_ns;
module_param(register_ns, ulong, 0400);
static struct kmend_func funcs[BENCH_NR_MANY];

static int fill(const struct lookup *lookup, unsigned int i)
{
	struct kmend_func *func = &funcs[i];
	unsigned long size, offset;

	strscpy(func->object, "bench_many", sizeof(func->object));
	strscpy(func->name, names[i], sizeof(func->name));
	func->old_addr = (unsigned long)bench_many[i];
	func->new_addr = (unsigned long)replacements[i];
	if (!lookup->size(func->old_addr, &size, &offset))
		return -ENOENT;
	func->old_size = size - offset;
	if (!lookup->size(func->new_addr, &size, &offset))
		return -ENOENT;
	func->new_size = size - offset;
	return 0;
}

static int __init many_init(void)
{
	struct lookup lookup;
	unsigned int i;
	u64 start;
	int r;

	if (count == 0 || count > BENCH_NR_MANY)
		return -EINVAL;
	r = lookup_init(&lookup) ?: patch_object("bench_many");
	for (i = 0; r == 0 && i < count; i++)
		r = fill(&lookup, i);
	start = ktime_get_ns();
	r = r ?: patch_register(&lookup, "many", funcs, count);
	register_ns = ktime_get_ns() - start;
	return r;
}

module_init(many_init);
module_exit(patch_exit);
MODULE_DESCRIPTION("Patch of many functions by kmend");
MODULE_LICENSE("GPL");
