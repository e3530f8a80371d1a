// SPDX-License-Identifier: GPL-2.0
// object: btrfs
// A module's own descriptor is not that of the patch module.
// expect verdict: accepted
// expect changed: owner
// expect undefined: .klp.sym.btrfs.__this_module,0 .klp.sym.btrfs.owner,0
// expect absent: __this_module
#include "kernel.h"

struct module {
	int x;
};
extern struct module __this_module;

noinline void *owner(void)
{
	printk(OLD_NEW("a", "b"));
	return &__this_module;
}
