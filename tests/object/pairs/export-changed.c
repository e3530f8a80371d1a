// SPDX-License-Identifier: GPL-2.0
// Another licence or namespace, in both forms of an export's record.
// expect verdict: accepted
// expect codes: KM241
// expect symbols: licence namespace new_licence new_namespace
// expect no-symbols: same new_same
// expect changed: changed
#include "kernel.h"
#include "export.h"

#define FUNCTION(name)                    \
	noinline int name(int x)          \
	{                                 \
		return x + sizeof(#name); \
	}

noinline int changed(int x)
{
	return x + OLD_NEW(1, 2);
}

FUNCTION(same) EXPORT(same, "_gpl", "A");
FUNCTION(licence) EXPORT(licence, OLD_NEW("", "_gpl"), "");
FUNCTION(namespace) EXPORT(namespace, "", OLD_NEW("A", "B"));
FUNCTION(new_same) EXPORT_RECORD(new_same, "GPL", "A");
FUNCTION(new_licence) EXPORT_RECORD(new_licence, OLD_NEW("", "GPL"), "");
FUNCTION(new_namespace) EXPORT_RECORD(new_namespace, "GPL", OLD_NEW("A", "B"));
