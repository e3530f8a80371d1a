// SPDX-License-Identifier: GPL-2.0
// Descriptors of debug messages: in kernels of today's names, of clang's, and of old ones. Each
// function's own comes along; their counters and lines are no change.
// expect verdict: accepted
// expect changed: tells
// expect sections: __dyndbg __verbose
// expect not-undefined-like: .*(ddebug|descriptor).*
// expect defined-like: __UNIQUE_ID_ddebug\d+
#include "kernel.h"

struct _ddebug {
	const char *modname, *function, *filename, *format;
	unsigned lineno : 18, class_id : 6, flags : 8;
};
void __dynamic_pr_debug(struct _ddebug *descriptor, const char *format, ...);

#define DEBUG(name, symbol, section, line, text)                                            \
	static struct _ddebug name __asm__(symbol)                                          \
		__used __section(section) = {"test", __func__, "test.c", text, line, 0, 0}; \
	if (name.flags)                                                                     \
	__dynamic_pr_debug(&name, text)

noinline int silent(int x)
{
	DEBUG(a, OLD_NEW("__UNIQUE_ID_ddebug12.3", "__UNIQUE_ID_ddebug15.5"), "__dyndbg",
	      OLD_NEW(10, 20), "a\n");
	DEBUG(b, OLD_NEW("silent.__UNIQUE_ID_ddebug13", "silent.__UNIQUE_ID_ddebug16"), "__dyndbg",
	      OLD_NEW(11, 21), "b\n");
	DEBUG(c, OLD_NEW("descriptor.4", "descriptor.6"), "__verbose", OLD_NEW(12, 22), "c\n");
	return x;
}

noinline int tells(int x)
{
	DEBUG(a, OLD_NEW("__UNIQUE_ID_ddebug22.7", "__UNIQUE_ID_ddebug25.9"), "__dyndbg",
	      OLD_NEW(13, 23), "d\n");
	DEBUG(c, OLD_NEW("descriptor.8", "descriptor.10"), "__verbose", OLD_NEW(14, 24), "e\n");
	return x + OLD_NEW(1, 2);
}
