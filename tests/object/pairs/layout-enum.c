// SPDX-License-Identifier: GPL-2.0
// Existing objects hold the old value. That the last one counts them is no news.
// expect verdict: accepted
// expect codes: KM320
// expect symbols: state ALPHA
// expect changed: is_gone state_count
#include "kernel.h"

enum state {
	NEW,
#ifdef PATCHED
	HALF,
#endif
	GONE,
	N_STATES,
};

enum colour {
	RED,
#ifdef PATCHED
	GREEN,
#endif
	N_COLOURS,
};

enum {
	ALPHA,
#ifdef PATCHED
	BETA,
#endif
	OMEGA,
	N_LETTERS,
};

noinline int is_gone(enum state state)
{
	return state == GONE || state == OMEGA;
}

noinline int state_count(enum colour *colour)
{
	*colour = RED;
	return N_STATES + N_COLOURS;
}
