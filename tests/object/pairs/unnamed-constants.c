// SPDX-License-Identifier: GPL-2.0
// Constants that no name leads to: of 4, 8, 16 bytes, in tables of switches and in strings.
// flags: -fjump-tables -msse2
// expect verdict: accepted
// expect changed: computes
// expect new:
#include "kernel.h"

noinline double computes(int x, double y)
{
	switch (x) {
	case 0:
		return y + 1.5;
	case 1:
		return y * OLD_NEW(2.5, 2.75);
	case 2:
		printk("two\n");
		return -y;
	case 3:
		printk(OLD_NEW("three\n", "3\n"));
		return y - 3.5f;
	case 4:
		return 1 / y;
	case 5:
		use("five");
		return 0;
	default:
		return y;
	}
}

noinline double untouched(int x, double y)
{
	switch (x) {
	case 0:
		return y + 7.5;
	case 1:
		printk("one\n");
		return y * 8.5;
	case 2:
		return -y;
	case 3:
		printk("three\n");
		return y - 3.5f;
	case 4:
		return 1 / y;
	default:
		return y;
	}
}
