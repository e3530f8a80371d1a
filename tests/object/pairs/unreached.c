// SPDX-License-Identifier: GPL-2.0
// What is not marked __init and yet only ran at boot is redirected to no effect.
// expect verdict: accepted
// expect codes: KM242
// expect symbols: only_at_boot unused
// expect no-symbols: called passed later registered
// expect changed: only_at_boot unused called passed later registered calls
#include "kernel.h"

static noinline int only_at_boot(int x)
{
	barrier();
	return x + OLD_NEW(1, 2);
}

static noinline __used int unused(int x)
{
	return x ? unused(x - 1) : OLD_NEW(1, 2);
}

static noinline int called(int x)
{
	barrier();
	return x - OLD_NEW(1, 2);
}

static noinline int passed(int x)
{
	barrier();
	return x * 5 * OLD_NEW(1, 2);
}

static noinline __used int later(int x)
{
	barrier();
	return x | OLD_NEW(1, 2);
}

static noinline int registered(int x)
{
	barrier();
	return x ^ OLD_NEW(1, 2);
}

int __init at_boot(int x)
{
	use(registered);
	return only_at_boot(x) + called(x);
}

int (*pointer)(int) = passed;

int calls(int x)
{
	return called(x) + OLD_NEW(0, later(x));
}
