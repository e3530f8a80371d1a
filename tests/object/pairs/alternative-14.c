// SPDX-License-Identifier: GPL-2.0
// Entries of Linux 6.3 and later.
// expect verdict: accepted
// expect changed: replaced
// expect undefined: fast_path
// expect absent: slow_path
// expect sections: .altinstructions .altinstr_replacement
#include "kernel.h"

#define ALTERNATIVE_CALL(function)                                      \
	__asm__ volatile("661: .byte 0x0f, 0x1f, 0x44, 0x00, 0x00\n"    \
			 "662:\n"                                       \
			 ".pushsection .altinstructions, \"a\"\n"       \
			 ".long 661b - ., 663f - .\n"                   \
			 ".long 0x123\n"                                \
			 ".byte 662b - 661b, 664f - 663f\n"             \
			 ".popsection\n"                                \
			 ".pushsection .altinstr_replacement, \"ax\"\n" \
			 "663: call " function "\n"                     \
			 "664:\n"                                       \
			 ".popsection")

noinline int untouched(int x)
{
	ALTERNATIVE_CALL("slow_path");
	ALTERNATIVE_CALL("slow_path");
	return x;
}

noinline int replaced(int x)
{
	ALTERNATIVE_CALL(OLD_NEW("slow_path", "fast_path"));
	return x;
}
