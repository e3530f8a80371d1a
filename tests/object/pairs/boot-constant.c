// SPDX-License-Identifier: GPL-2.0
// An address that the kernel writes into code when it boots, but never into that of a module: new
// code reads it from the variable, whether or not the object has a symbol of it.
// expect verdict: accepted
// expect changed: hashes
// expect undefined: table .klp.sym.vmlinux.own,0
// expect no-section-like: runtime_ptr_.*
#include "kernel.h"

static unsigned long own;

#define VALUE(name)                                                   \
	({                                                            \
		unsigned long p;                                      \
                                                                      \
		__asm__("movabs $0x0123456789abcdef, %0\n"            \
			"1:\n"                                        \
			".pushsection runtime_ptr_" #name ", \"a\"\n" \
			".long 1b - 8 - .\n"                          \
			".popsection"                                 \
			: "=r"(p));                                   \
		p;                                                    \
	})

noinline unsigned long hashes(int x)
{
	register unsigned long r __asm__("r12");

	__asm__("movabs $0x0123456789abcdef, %0\n"
		"1:\n"
		".pushsection runtime_ptr_table, \"a\"\n"
		".long 1b - 8 - .\n"
		".popsection"
		: "=r"(r));
	own++;
	return VALUE(table) + VALUE(own) + r + x + OLD_NEW(1, 2);
}
