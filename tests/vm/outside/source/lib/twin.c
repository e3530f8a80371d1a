// SPDX-License-Identifier: GPL-2.0
#include <linux/export.h>
#include <linux/module.h>

#include "twin.h"

/* A function and a variable that main.c has under the same names, with the same code. */
static int count = 100;

static noinline int next(void)
{
	return ++count;
}

noinline int outside_twin(void)
{
	return next();
}

noinline int outside_value(void)
{
	return 7;
}
EXPORT_SYMBOL_NS_GPL(outside_value, KMEND_OUTSIDE);
