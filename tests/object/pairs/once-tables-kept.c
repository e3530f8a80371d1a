// SPDX-License-Identifier: GPL-2.0
// As long as such tables say what they said, they may refer to what changes.
// expect verdict: accepted
// expect changed: called
// expect no-section-like: \.initcall.*|__tracepoints.*|_ftrace_events|__param|\.pci_fixup.*
#include "kernel.h"

noinline int called(int x)
{
	return x + OLD_NEW(1, 2);
}

#define ENTRY(n, section) static int (*const entry##n)(int) __used __section(section) = called

ENTRY(1, "__tracepoints");
ENTRY(2, "_ftrace_events");
ENTRY(3, ".initcall6.init");
ENTRY(4, "__param");
ENTRY(5, ".pci_fixup_final");
