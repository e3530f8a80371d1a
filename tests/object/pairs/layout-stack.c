// SPDX-License-Identifier: GPL-2.0
// On the stack of functions that change: none of the old layout is met (fs/erofs/zmap.c, 6.1).
// expect verdict: accepted
// expect codes: KM320
// expect symbols: walk
// expect changed: step map
#include "kernel.h"

struct walk {
	void *inode;
	OLD_NEW(int, long) position;
	int type;
};

noinline long step(struct walk *walk)
{
	walk->type = walk->position & 1;
	return walk->position >> 12;
}

noinline long map(void *inode, long position)
{
	struct walk walk = {.inode = inode, .position = position};

	use(&walk);
	return step(&walk) + walk.type;
}
