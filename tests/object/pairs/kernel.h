/* SPDX-License-Identifier: GPL-2.0 */
/* As much of a kernel as the pairs need; they are compiled with and without -DPATCHED. */
#define noinline        __attribute__((noinline))
#define __cold          __attribute__((cold))
#define __section(name) __attribute__((section(name)))
#define __init          __section(".init.text") __cold
#define __exit          __section(".exit.text")
#define notrace         __attribute__((no_instrument_function))
#define __used          __attribute__((used))
#define unlikely(x)     __builtin_expect(!!(x), 0)
#define barrier()       __asm__ volatile("" ::: "memory")

#ifdef PATCHED
#define OLD_NEW(old, new) new
#else
#define OLD_NEW(old, new) old
#endif

int printk(const char *format, ...) __cold;
long copy(void *to, const void *from, unsigned long n);
void use(void *p);

/* One line of __bug_table at this place. */
#define BUG_ENTRY(file, line, flags)                          \
	__asm__ volatile("1: ud2\n"                           \
			 ".pushsection __bug_table, \"aw\"\n" \
			 "2: .long 1b - 2b, %c0 - 2b\n"       \
			 ".word %c1, %c2\n"                   \
			 ".popsection" ::"i"(file),           \
			 "i"(line), "i"(flags))

struct static_key {
	int enabled;
	void *entries;
};

#define static_branch(key)                                             \
	({                                                             \
		__label__ l_yes, l_end;                                \
		int branch_taken = 1;                                  \
		__asm__ goto("1: .byte 0x0f, 0x1f, 0x44, 0x00, 0x00\n" \
			     ".pushsection __jump_table, \"aw\"\n"     \
			     ".balign 8\n"                             \
			     ".long 1b - ., %l[l_yes] - .\n"           \
			     ".quad %c0 - .\n"                         \
			     ".popsection" ::"i"(key)::l_yes);         \
		branch_taken = 0;                                      \
		goto l_end;                                            \
l_yes:;                                                                \
		barrier();                                             \
l_end:                                                                 \
		branch_taken;                                          \
	})
