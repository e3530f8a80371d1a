// SPDX-License-Identifier: GPL-2.0
#include <criterion/criterion.h>

#include "lib/cleanup.h"
#include "patchgen/compile/newfile.h"

#define MAKEFILE                     \
	"# A comment.\n"             \
	"obj-y += a.o b.o\n"         \
	"obj-$(CONFIG_ON) += on.o\n" \
	"obj-$(CONFIG_M) += m.o\n"   \
	"obj-m += big.o\n"           \
	"lib-y += l.o\n"             \
	"big-y := one.o two.o \\\n"  \
	"\tthree.o\n"                \
	"big-$(CONFIG_ON) += four.o\n"

#define CONFIG "#\nCONFIG_ON=y\nCONFIG_M=m\n"

static char *const added[] = {"kernel/new.c", "kernel/newer.c", NULL};

static int explains(const char *patched)
{
	return newfile_explains(MAKEFILE, patched, added);
}

Test(newfile, added_objects_explain_a_change)
{
	cr_assert_eq(explains(MAKEFILE), 1);
	cr_assert_eq(explains(MAKEFILE "obj-y += new.o\n"), 1);
	cr_assert_eq(explains(MAKEFILE "\n# Why.\nobj-y += new.o newer.o\n"), 1);
	cr_assert_eq(explains(MAKEFILE "obj-$(CONFIG_ON)\t+= \\\n\tnew.o\n"), 1);
}

Test(newfile, a_line_may_grow)
{
	static const char base[] = "obj-y += a.o b.o\nbig-y := one.o \\\n\ttwo.o\n";

	cr_assert_eq(
		newfile_explains(base, "obj-y += a.o new.o b.o\nbig-y := one.o two.o\n", added), 1);
	cr_assert_eq(
		newfile_explains(base, "obj-y += a.o b.o\nbig-y := one.o two.o newer.o\n", added),
		1);
	cr_assert_eq(
		newfile_explains(base, "obj-y += a.o b.o other.o\nbig-y := one.o two.o\n", added),
		0);
	cr_assert_eq(newfile_explains(base, "obj-y += a.o new.o\nbig-y := one.o two.o\n", added), 0,
		     "b.o is gone");
	cr_assert_eq(
		newfile_explains(base, "obj-y := a.o b.o new.o\nbig-y := one.o two.o\n", added), 0,
		"another operator");
	cr_assert_eq(
		newfile_explains(base, "obj-m += a.o b.o new.o\nbig-y := one.o two.o\n", added), 0,
		"another variable");
	cr_assert_eq(newfile_explains(base, "obj-y += a.o b.o\n", added), 0, "a line is gone");
}

Test(newfile, other_changes_are_not_explained)
{
	cr_assert_eq(explains(MAKEFILE "obj-y += other.o\n"), 0);
	cr_assert_eq(explains(MAKEFILE "obj-y := new.o\n"), 0, "what was there would be lost");
	cr_assert_eq(explains(MAKEFILE "obj-y += new.o\nccflags-y += -O1\n"), 0);
	cr_assert_eq(explains(MAKEFILE "CFLAGS_new.o += -O1\n"), 0);
	cr_assert_eq(explains(MAKEFILE "new.o: b.o\n"), 0);
	cr_assert_eq(explains(MAKEFILE "obj-y += $(shell x) new.o\n"), 0);
	cr_assert_eq(explains(""), 0);
}

static int same_owner(const char *a, const char *b)
{
	return newfile_same_owner(MAKEFILE "obj-y += new.o\nbig-y += newer.o\n", CONFIG, a, b);
}

Test(newfile, owners)
{
	cr_assert_eq(same_owner("new.o", "a.o"), 1);
	cr_assert_eq(same_owner("new.o", "on.o"), 1, "both are built in");
	cr_assert_eq(same_owner("newer.o", "three.o"), 1, "of one module");
	cr_assert_eq(same_owner("newer.o", "four.o"), 1);
	cr_assert_eq(same_owner("new.o", "m.o"), 0, "a module of its own");
	cr_assert_eq(same_owner("m.o", "new.o"), 0);
	cr_assert_eq(same_owner("new.o", "one.o"), 0);
	cr_assert_eq(same_owner("newer.o", "a.o"), 0);
	cr_assert_eq(same_owner("l.o", "l.o"), 0, "of a library");
	cr_assert_eq(same_owner("new.o", "unknown.o"), 0);
}
