// SPDX-License-Identifier: GPL-2.0
/*
 * Replaces functions by ones that do the same: a jump behind the old function's entry. So any
 * function can be patched, in whatever context it runs. "name" is the patch's, "object" theirs, and
 * "functions" up to eight of them, NAME or NAME+ADDRESS where the name alone does not tell.
 */
#include <linux/ftrace.h>
#include <linux/objtool.h>

#include "patch.h"

#define NR_MAX 8

static char *name = "any";
module_param(name, charp, 0);
static char *object = "vmlinux";
module_param(object, charp, 0);
static char *functions[NR_MAX];
static unsigned int nr;
module_param_array(functions, charp, &nr, 0);

/* Where the old functions go on after the call at their entries. */
unsigned long any_continue[NR_MAX];

#define BEHIND(n)                                                            \
	void any_##n(void);                                                  \
	asm(".pushsection .text\n"                                           \
	    ".type any_" #n ", @function\n"                                  \
	    "any_" #n ":\n"                                                  \
	    ".long 0xfa1e0ff3\n" /* endbr64 */                               \
	    ANNOTATE_RETPOLINE_SAFE "jmp *any_continue + 8 * " #n "(%rip)\n" \
	    "int3\n"                                                         \
	    ".size any_" #n ", . - any_" #n "\n"                             \
	    ".popsection\n");

BEHIND(0)
BEHIND(1)
BEHIND(2)
BEHIND(3)
BEHIND(4)
BEHIND(5)
BEHIND(6)
BEHIND(7)

static void *const replacements[NR_MAX] = {any_0, any_1, any_2, any_3, any_4, any_5, any_6, any_7};
static struct kmend_func funcs[NR_MAX];

static int fill(const struct lookup *lookup, unsigned int i)
{
	unsigned long (*location)(unsigned long ip) = (void *)lookup->address("ftrace_location");
	char *address = strchr(functions[i], '+');
	unsigned long size, offset, ip;
	int r;

	if (address)
		*address++ = '\0';
	r = patch_func(lookup, &funcs[i], object, functions[i], replacements[i]);
	if (r)
		return r;
	if (address) {
		unsigned long addr;

		r = kstrtoul(address, 16, &addr);
		if (r)
			return r;
		if (!lookup->size(addr, &size, &offset))
			return -ENOENT;
		funcs[i].old_addr = addr;
		funcs[i].old_size = size;
		funcs[i].sympos = i + 1;
	}
	ip = location(funcs[i].old_addr);
	any_continue[i] = ip ? ip + MCOUNT_INSN_SIZE : 0;
	return 0;
}

static int __init patch_init(void)
{
	struct lookup lookup;
	unsigned int i;
	int r;

	r = lookup_init(&lookup);
	for (i = 0; r == 0 && i < nr; i++)
		r = fill(&lookup, i);
	return r ?: patch_register(&lookup, name, funcs, nr);
}

module_init(patch_init);
module_exit(patch_exit);
MODULE_DESCRIPTION("Test patch of any functions, which changes nothing");
MODULE_LICENSE("GPL");
