// SPDX-License-Identifier: GPL-2.0
// Entries that nobody will read, and an author who knows.
// expect verdict: accepted
// expect codes: KM260
// expect symbols: .init.setup
// expect changed: f
#include "kernel.h"
#include <kmend/author.h>

static const char name[] = "limit";

#ifdef PATCHED
static const char *const setup __used __section(".init.setup") = name;
#endif

noinline int f(int x)
{
	use((void *)name);
	return x + OLD_NEW(1, 2);
}

#ifdef PATCHED
KMEND_IGNORE_SECTION(".init.setup", "the command line is read once");
#endif
