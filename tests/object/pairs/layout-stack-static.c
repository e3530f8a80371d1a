// SPDX-License-Identifier: GPL-2.0
// One lives as long as the kernel.
// expect verdict: refused
// expect codes: KM228
// expect symbols: walk
#include "kernel.h"

struct walk {
	void *inode;
	OLD_NEW(int, long) position;
	int type;
};

static struct walk last;

void *memory(unsigned long size);

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

noinline long map_other(void)
{
	struct walk *walk = &last;

	use(walk);
	return step(walk);
}
