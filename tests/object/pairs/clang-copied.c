// SPDX-License-Identifier: GPL-2.0
// What is of no value is that under clang's names, too.
// expect verdict: accepted
// expect changed: limited
// expect defined: limited._rs limited.__already_done limited.__key
// expect not-undefined-like: .*(_rs|__key|__already_done).*
#include "kernel.h"

struct key {
};
int ratelimit(void *rs, const void *key);

noinline int limited(int x)
{
	static int _rs[2] __asm__("limited._rs") = {5, 10};
	static _Bool __already_done __asm__("limited.__already_done") __section(".data..once");
	static struct key __key __asm__("limited.__key");

	if (!__already_done)
		__already_done = 1;
	return ratelimit(_rs, &__key) + OLD_NEW(1, 2);
}
