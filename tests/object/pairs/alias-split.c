// SPDX-License-Identifier: GPL-2.0
// Two functions of which gcc made one have one place in the kernel: redirecting it for one of them
// would redirect the other, too. So all callers of that place are redirected.
// expect verdict: accepted
// expect changed: changing
// expect callers: caller other
// expect records: caller other changing
// expect ranges: changing
// expect absent: changing
// expect undefined-like: \.klp\.sym\.vmlinux\.staying,0
#include "kernel.h"

static noinline __used int staying(int x)
{
	barrier();
	return x * 3;
}

#ifdef PATCHED
static noinline __used int changing(int x)
{
	barrier();
	return x * 5;
}
#else
static int changing(int x) __attribute__((alias("staying")));
#endif

noinline int other(int x)
{
	return staying(x) + 1;
}

noinline int caller(int x)
{
	return changing(x) + staying(x);
}
