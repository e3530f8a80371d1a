/* SPDX-License-Identifier: GPL-2.0 */
/* EXPORT_SYMBOL() as it is from 5.10 to 6.4, and since 6.5. */
#define EXPORT(name, kind, namespace)                                                        \
	__asm__(".section \"__ksymtab_strings\", \"aMS\", @progbits, 1\n"                    \
		"__kstrtab_" #name ": .asciz \"" #name "\"\n"                                \
		"__kstrtabns_" #name                                                         \
		": .asciz \"" namespace "\"\n"                                               \
					".previous\n"                                        \
					".section \"___ksymtab" kind "+" #name "\", \"a\"\n" \
					".balign 4\n"                                        \
					"__ksymtab_" #name ":\n"                             \
					".long " #name " - ., __kstrtab_" #name " - .\n"     \
					".long __kstrtabns_" #name " - .\n"                  \
					".previous")

#define EXPORT_RECORD(name, license, namespace)                                              \
	__asm__(".section \".export_symbol\", \"a\"\n"                                       \
		"__export_symbol_" #name ":\n"                                               \
		".asciz \"" license "\"\n.asciz \"" namespace "\"\n"                         \
							      ".balign 8\n.quad " #name "\n" \
							      ".previous")
