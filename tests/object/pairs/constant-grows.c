// SPDX-License-Identifier: GPL-2.0
// A table of known devices gets another entry: the kernel's own stays as long as it is.
// expect verdict: refused
// expect codes: KM213
// expect symbols: quirks
// expect hint: ^put what is new into a table of its own, and have the code that reads this one look
#include "kernel.h"

static const struct quirk {
	int id, what;
} quirks[] = {
	{1, 10},
	{2, 20},
#ifdef PATCHED
	{3, 30},
#endif
	{0, 0},
};

noinline int quirk_of(int id)
{
	const struct quirk *quirk = quirks;

	while (quirk->id && quirk->id != id)
		quirk++;
	return quirk->what;
}
