// SPDX-License-Identifier: GPL-2.0
/*
 * A function of nine arguments, in registers and on the stack. Reading /proc/core_args calls it:
 * "same" when it was given all of them, and registers that a function has to preserve were.
 */
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

#define VALUE(n) (0x0123456789abcdefUL * (n))

noinline unsigned long target_args(unsigned long a, unsigned long b, unsigned long c,
				   unsigned long d, unsigned long e, unsigned long f,
				   unsigned long g, unsigned long h, unsigned long i);
noinline unsigned long target_args(unsigned long a, unsigned long b, unsigned long c,
				   unsigned long d, unsigned long e, unsigned long f,
				   unsigned long g, unsigned long h, unsigned long i)
{
	barrier();
	if (a != VALUE(1) || b != VALUE(2) || c != VALUE(3) || d != VALUE(4) || e != VALUE(5) ||
	    f != VALUE(6) || g != VALUE(7) || h != VALUE(8) || i != VALUE(9))
		return 0;
	return VALUE(10);
}

static int args_show(struct seq_file *m, void *v)
{
	register unsigned long rbx asm("rbx") = VALUE(11);
	register unsigned long r12 asm("r12") = VALUE(12);
	register unsigned long r13 asm("r13") = VALUE(13);
	unsigned long r;

	asm volatile("" : "+r"(rbx), "+r"(r12), "+r"(r13));
	r = target_args(VALUE(1), VALUE(2), VALUE(3), VALUE(4), VALUE(5), VALUE(6), VALUE(7),
			VALUE(8), VALUE(9));
	asm volatile("" : "+r"(rbx), "+r"(r12), "+r"(r13));
	seq_puts(m, r == VALUE(10) && rbx == VALUE(11) && r12 == VALUE(12) && r13 == VALUE(13) ?
			    "same\n" :
			    "other\n");
	return 0;
}

static int __init core_args_init(void)
{
	return proc_create_single("core_args", 0444, NULL, args_show) ? 0 : -ENOMEM;
}

static void __exit core_args_exit(void)
{
	remove_proc_entry("core_args", NULL);
}

module_init(core_args_init);
module_exit(core_args_exit);
MODULE_DESCRIPTION("Arguments of a function that is patched");
MODULE_LICENSE("GPL");
