// SPDX-License-Identifier: GPL-2.0
// New exports, of a function that is new and of one that was there: told, and not made.
// expect verdict: accepted
// expect codes: KM240
// expect symbols: shared added
// expect changed: shared
// expect new: added
// expect defined: added
// expect global: added
// expect no-section-like: .*ksymtab.*
#include "kernel.h"
#include "export.h"

noinline int shared(int x)
{
	return x + OLD_NEW(1, 2);
}

#ifdef PATCHED
noinline int added(int x)
{
	return x * 2;
}
EXPORT(added, "_gpl", "");
EXPORT(shared, "", "NAMESPACE");
#endif
