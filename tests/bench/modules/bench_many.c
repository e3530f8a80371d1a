// SPDX-License-Identifier: GPL-2.0
/* Two thousand functions to be patched, many_0000() to many_1999(). */
#include <linux/module.h>

#include "bench_many.h"

#define OLD(n)                       \
	noinline int many_##n(void); \
	noinline int many_##n(void)  \
	{                            \
		barrier();           \
		return 1;            \
	}
BENCH_MANY(OLD)

#define ADDRESS(n) many_##n,
void *const bench_many[] = {BENCH_MANY(ADDRESS)};
EXPORT_SYMBOL_GPL(bench_many);

static int __init bench_many_init(void)
{
	return 0;
}

static void __exit bench_many_exit(void)
{
}

module_init(bench_many_init);
module_exit(bench_many_exit);
MODULE_DESCRIPTION("Many functions to compare live patching engines with");
MODULE_LICENSE("GPL");
