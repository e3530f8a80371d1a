// SPDX-License-Identifier: GPL-2.0
// Whatever lists places in code lists those of the new code, too.
// expect verdict: accepted
// expect changed: listed
// expect sections: .smp_locks .parainstructions .retpoline_sites .return_sites .call_sites
// expect sections: .cfi_sites .ibt_endbr_seal .kcfi_traps _kprobe_blacklist
// expect sections: _error_injection_whitelist .altinstr_aux
#include "kernel.h"

#define LIST(section, entry) ".pushsection " section ", \"a\"\n" entry "\n.popsection\n"
#define PLACES(name)                                                                               \
	__asm__ volatile(                                                                          \
		"1: lock; nop\n" LIST(".smp_locks", ".balign 4; .long 1b - .") LIST(               \
			".parainstructions",                                                       \
			".balign 8; .quad 1b; .byte 4, 7; .short 1") LIST(".retpoline_sites",      \
									  ".long 1b - .")          \
			LIST(".return_sites", ".long 1b - .") LIST(".call_sites", ".long 1b - .")  \
				LIST(".cfi_sites", ".long " #name " - .") LIST(                    \
					".ibt_endbr_seal",                                         \
					".long " #name " - .") LIST(".kcfi_traps", ".long 1b - .") \
					LIST("_kprobe_blacklist", ".quad " #name)                  \
						LIST("_error_injection_whitelist",                 \
						     ".quad " #name                                \
						     ", 1") ".pushsection .altinstr_aux, \"ax\"\n" \
							    "2: testb $1, array(%%rip)\n"          \
							    "jnz 3f\n"                             \
							    "jmp 3f\n"                             \
							    ".popsection\n"                        \
							    "jmp 2b\n"                             \
							    "3:" ::                                \
								    : "memory")

char array[4];

noinline int untouched(int x)
{
	PLACES(untouched);
	return x;
}

noinline int listed(int x)
{
	PLACES(listed);
	return x + OLD_NEW(1, 2);
}
