// SPDX-License-Identifier: GPL-2.0
// Sections for the build and for reports are left behind, and make no change.
// expect verdict: accepted
// expect changed: changed
// expect no-section-like: \.discard.*|\.printk_index|\.note\.gnu.*|\.modinfo|\.orc_header
#include "kernel.h"

noinline int changed(int x)
{
	__asm__ volatile("1:\n"
			 ".pushsection .discard.reachable, \"a\"\n.long 1b - .\n.popsection\n"
			 ".pushsection .printk_index, \"a\"\n.quad 1b\n.popsection\n"
			 ".pushsection .note.gnu.property, \"a\"\n.long 4\n.popsection\n"
			 ".pushsection .modinfo, \"a\"\n.asciz \"x=y\"\n.popsection\n"
			 ".pushsection .orc_header, \"a\"\n.quad 7\n.popsection");
	return x + OLD_NEW(1, 2);
}

noinline int untouched(int x)
{
	__asm__ volatile(
		"1:\n"
		".pushsection .discard.addressable, \"aw\"\n.quad 1b\n.popsection\n"
		".pushsection .modinfo, \"a\"\n.asciz \"" OLD_NEW("old", "new") "\"\n"
										".popsection");
	return x;
}
