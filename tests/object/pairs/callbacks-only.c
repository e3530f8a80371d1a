// SPDX-License-Identifier: GPL-2.0
// Callbacks are a patch of their own: nothing else changes.
// expect verdict: accepted
// expect new: ended
// expect callbacks: 3
// expect absent: f
#include "kernel.h"

int f(int x)
{
	return x + 1;
}

#ifdef PATCHED
#include <kmend/author.h>

static void ended(const struct kmend_event *event)
{
	use((void *)event->patch);
}
KMEND_POST_REVERT(ended);
#endif
