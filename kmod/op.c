// SPDX-License-Identifier: GPL-2.0
#include "op.h"

#include <linux/ftrace.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/slab.h>

#include "arch.h"
#include "calls.h"
#include "compat.h"
#include "fault.h"
#include "registry.h"
#include "site.h"

#define OP_FLAGS (ARCH_OP_FLAGS | FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT)

/* With a table of its own for the handler to find sites in. */
struct op {
	struct ftrace_ops ops;
	struct list_head node; /* in registered, once it is */
	unsigned int nr;
	struct site *sites;
	unsigned long mask; /* number of the table's slots, a power of two, less 1 */
	struct site **table; /* open addressing by slot_of(); at least one slot is empty */
};

static LIST_HEAD(registered); /* under kmend_lock */

/* Functions begin at multiples of 16, and few at a time are redirected: no better hash pays. */
static __always_inline unsigned long slot_of(const struct op *op, unsigned long ip)
{
	return (ip >> 4) & op->mask;
}

static __always_inline const struct site *table_find(const struct op *op, unsigned long ip)
{
	unsigned long slot = slot_of(op, ip);
	const struct site *site;

	while ((site = op->table[slot]) && site->ip != ip)
		slot = (slot + 1) & op->mask;
	return site;
}

/*
 * Runs at the entry of every redirected function, in any context, NMI and idle included. It calls
 * nothing that could be traced, so it cannot come back to itself, and it takes no lock: its table
 * is complete before the op is registered and is freed after unregistering has waited for
 * everyone in here. What may change meanwhile are the versions of the site. In a transition a
 * straggler looks at its own stack in here; pending.c sees to it that this does not come back.
 */
static void notrace op_handler(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			       struct ftrace_regs *fregs)
{
	const struct op *op = container_of(ops, struct op, ops);
	const struct site *site = table_find(op, ip);
	const struct version *version;

	if (!site)
		return;
	/* Pairs with the releases of site.c. */
	version = smp_load_acquire(&site->is_changing) ? site_choose(site) :
							 READ_ONCE(site->version);
	if (!version)
		return;
	if (arch_send_to(fregs, version->addr))
		calls_count(version);
}

static void ops_init(struct ftrace_ops *ops)
{
	*ops = (struct ftrace_ops){.func = op_handler, .flags = OP_FLAGS};
}

struct op *op_new(unsigned int nr)
{
	struct op *op;

	op = FALLIBLE(NULL, kzalloc(sizeof(*op), GFP_KERNEL));
	if (!op)
		return NULL;
	ops_init(&op->ops);
	INIT_LIST_HEAD(&op->node);
	/* Twice as many slots as sites keeps the way to each short. */
	op->mask = roundup_pow_of_two(2 * nr) - 1;
	op->sites = FALLIBLE(NULL, kvcalloc(nr, sizeof(*op->sites), GFP_KERNEL));
	op->table = FALLIBLE(NULL, kvcalloc(op->mask + 1, sizeof(*op->table), GFP_KERNEL));
	if (!op->sites || !op->table) {
		op_free(op);
		return NULL;
	}
	return op;
}

struct site *op_add(struct op *op, unsigned long ip)
{
	struct site *site = &op->sites[op->nr++];
	unsigned long slot = slot_of(op, ip);

	site_add(site, op, ip);
	while (op->table[slot])
		slot = (slot + 1) & op->mask;
	op->table[slot] = site;
	return site;
}

static void op_forget_sites(struct op *op)
{
	unsigned int i;

	for (i = 0; i < op->nr; i++)
		site_remove(&op->sites[i]);
}

void op_free(struct op *op)
{
	op_forget_sites(op);
	ftrace_free_filter(&op->ops);
	kvfree(op->table);
	kvfree(op->sites);
	kfree(op);
}

static void notrace probe_handler(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
				  struct ftrace_regs *fregs)
{
}

/* What would registering these functions give? */
static int probe(unsigned long *ips, unsigned int nr)
{
	struct ftrace_ops *ops;
	int r;

	ops = FALLIBLE(NULL, kzalloc(sizeof(*ops), GFP_KERNEL));
	if (!ops)
		return -ENOMEM;
	ops->func = probe_handler;
	ops->flags = OP_FLAGS;
	r = FALLIBLE(-ENOMEM, ftrace_set_filter_ips(ops, ips, nr, 0, 1));
	if (r == 0) {
		r = FALLIBLE(-ENOMEM, register_ftrace_function(ops));
		if (r == -ENODEV || (r == 0 && unregister_ftrace_function(ops))) {
			/* ftrace may still call it: it and its handler, this module, cannot go. */
			__module_get(THIS_MODULE);
			return -ENODEV;
		}
	}
	ftrace_free_filter(ops);
	kfree(ops);
	return r;
}

/* ftrace does not say which function of an op it refused: halve the set until one is left. */
static unsigned int find_conflict(unsigned long *ips, unsigned int nr)
{
	unsigned int first = 0;

	while (nr > 1) {
		unsigned int half = nr / 2;

		if (probe(ips + first, half) == 0) {
			first += half;
			nr -= half;
		} else {
			nr = half;
		}
	}
	return first;
}

/*
 * ftrace shut itself down and may still call an op: neither the op nor the handler, that is this
 * module, can ever go.
 */
static void op_give_up(struct op *op)
{
	op_forget_sites(op);
	__module_get(THIS_MODULE);
}

int op_register(struct op *op, unsigned long *ret_conflict)
{
	unsigned long *ips;
	unsigned int i;
	int r;

	ips = FALLIBLE(NULL, kvmalloc_array(op->nr, sizeof(*ips), GFP_KERNEL));
	if (!ips) {
		op_free(op);
		return -ENOMEM;
	}
	for (i = 0; i < op->nr; i++)
		ips[i] = op->sites[i].ip;

	*ret_conflict = 0;
	r = FALLIBLE(-ENOMEM, ftrace_set_filter_ips(&op->ops, ips, op->nr, 0, 1));
	if (r == 0)
		r = FALLIBLE(-ENOMEM, register_ftrace_function(&op->ops));
	if (r == 0) {
		list_add_tail(&op->node, &registered);
	} else if (r == -ENODEV) {
		op_give_up(op);
	} else {
		if (r == -EBUSY)
			*ret_conflict = ips[find_conflict(ips, op->nr)];
		op_free(op);
	}
	kvfree(ips);
	return r;
}

static bool is_unused(const struct site *site)
{
	return !site->top && list_empty(&site->changing);
}

static bool op_is_unused(const struct op *op)
{
	unsigned int i;

	for (i = 0; i < op->nr; i++)
		if (site_is_known(&op->sites[i]) && !is_unused(&op->sites[i]))
			return false;
	return true;
}

/*
 * Others may take functions that we do not need any more. Where ftrace does not let go of them,
 * their sites stay, and callers of the old functions only lose time.
 */
static void op_shrink(struct op *op)
{
	unsigned long *ips;
	unsigned int i, nr = 0;

	ips = FALLIBLE(NULL, kvmalloc_array(op->nr, sizeof(*ips), GFP_KERNEL));
	if (!ips)
		return;
	for (i = 0; i < op->nr; i++)
		if (site_is_known(&op->sites[i]) && is_unused(&op->sites[i]))
			ips[nr++] = op->sites[i].ip;
	if (nr && FALLIBLE(-ENOMEM, ftrace_set_filter_ips(&op->ops, ips, nr, /* remove= */ 1,
							  /* reset= */ 0)) == 0)
		for (i = 0; i < nr; i++)
			site_remove(site_find(ips[i]));
	kvfree(ips);
}

void op_forget(const struct patch *patch, const struct object *object)
{
	unsigned int i;

	for (i = 0; i < patch->nr_funcs; i++) {
		const struct func *func = &patch->funcs[i];
		struct site *site = func->object == object && func->ip ? site_find(func->ip) : NULL;

		if (site)
			site_remove(site);
	}
}

int op_release_unused(void)
{
	struct op *op, *next;
	int r;

	list_for_each_entry_safe(op, next, &registered, node) {
		if (!op_is_unused(op)) {
			op_shrink(op);
			continue;
		}
		r = FATAL(-ENODEV, unregister_ftrace_function(&op->ops));
		if (r)
			return r;
		list_del(&op->node);
		op_free(op);
	}
	return 0;
}

const struct ftrace_ops *op_ftrace(const struct op *op)
{
	return &op->ops;
}

static LIST_HEAD(disowned); /* ops that others have unregistered; under kmend_lock */

/* Have new take the place of old, whose memory stays: somebody may be about to leave it only now. */
static void op_replace(struct op *old, struct op *new)
{
	unsigned int i;

	for (i = 0; i < new->nr; i++)
		new->sites[i].op = new;
	list_replace(&old->node, &new->node);
	old->sites = NULL;
	old->table = NULL;
	old->nr = 0;
	list_add_tail(&old->node, &disowned);
}

int op_revive(struct op *op)
{
	unsigned int i, nr = 0;
	unsigned long *ips;
	struct op *new;
	int r;

	if (op->ops.flags & FTRACE_OPS_FL_ENABLED)
		return -EEXIST;
	new = FALLIBLE(NULL, kmemdup(op, sizeof(*op), GFP_KERNEL));
	ips = FALLIBLE(NULL, kvmalloc_array(op->nr, sizeof(*ips), GFP_KERNEL));
	r = -ENOMEM;
	if (!new || !ips)
		goto out;
	for (i = 0; i < op->nr; i++)
		if (site_is_known(&op->sites[i]))
			ips[nr++] = op->sites[i].ip;

	ops_init(&new->ops);
	r = FALLIBLE(-ENOMEM, ftrace_set_filter_ips(&new->ops, ips, nr, 0, 1));
	if (r == 0)
		r = FALLIBLE(-ENOMEM, register_ftrace_function(&new->ops));
	if (r == 0)
		op_replace(op, new);
	else if (r != -ENODEV)
		ftrace_free_filter(&new->ops);
out:
	/* When ftrace has died, it may still call it. */
	if (r && r != -ENODEV)
		kfree(new);
	kvfree(ips);
	return r;
}

void op_exit(void)
{
	struct op *op, *next;

	list_for_each_entry_safe(op, next, &disowned, node)
		op_free(op);
	INIT_LIST_HEAD(&disowned);
}
