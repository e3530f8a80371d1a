// SPDX-License-Identifier: GPL-2.0
// Another text is a change of the function that prints it, though its code is the same.
// expect verdict: accepted
// expect changed: tells
#include "kernel.h"

struct _ddebug {
	const char *format;
	unsigned lineno, flags;
};
void __dynamic_pr_debug(struct _ddebug *descriptor);

noinline int tells(int x)
{
	static struct _ddebug descriptor __used __section("__dyndbg") = {OLD_NEW("old\n", "new\n"),
									 OLD_NEW(1, 2), 0};

	if (descriptor.flags)
		__dynamic_pr_debug(&descriptor);
	return x;
}

noinline int silent(int x)
{
	static struct _ddebug descriptor __used __section("__dyndbg") = {"same\n", OLD_NEW(3, 4),
									 0};

	if (descriptor.flags)
		__dynamic_pr_debug(&descriptor);
	return x;
}
