// SPDX-License-Identifier: GPL-2.0
// Modules are linked to what was exported: it stays, whatever becomes of the export.
// expect verdict: accepted
// expect codes: KM241
// expect symbols: gone kept
// expect changed: kept
#include "kernel.h"
#include "export.h"

noinline int kept(int x)
{
	return x + OLD_NEW(1, 2);
}

#ifndef PATCHED
noinline int gone(int x)
{
	return x * 2;
}
EXPORT(gone, "_gpl", "");
EXPORT(kept, "_gpl", "");
#endif
