// SPDX-License-Identifier: GPL-2.0
/* How many shadow variables the kernel holds, as the parameter "count". */
#include <linux/hashtable.h>
#include <linux/moduleparam.h>
#include <linux/rculist.h>

#include "patch.h"

#define BITS 12 /* of klp_shadow_hash, kernel/livepatch/shadow.c */

static struct hlist_head *heads;

static int count_get(char *buf, const struct kernel_param *param)
{
	struct hlist_node *node;
	unsigned int i, n = 0;

	rcu_read_lock();
	for (i = 0; i < 1 << BITS; i++)
		for (node = rcu_dereference(hlist_first_rcu(&heads[i])); node;
		     node = rcu_dereference(hlist_next_rcu(node)))
			n++;
	rcu_read_unlock();
	return sysfs_emit(buf, "%u\n", n);
}

static const struct kernel_param_ops count_ops = {
	.get = count_get,
};
module_param_cb(count, &count_ops, NULL, 0400);

static int __init core_shadow_init(void)
{
	struct lookup lookup;
	int r;

	r = lookup_init(&lookup);
	if (r)
		return r;
	heads = (void *)lookup.address("klp_shadow_hash");
	return heads ? 0 : -ENOENT;
}

static void __exit core_shadow_exit(void)
{
}

module_init(core_shadow_init);
module_exit(core_shadow_exit);
MODULE_DESCRIPTION("Counts shadow variables");
MODULE_LICENSE("GPL");
