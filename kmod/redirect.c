// SPDX-License-Identifier: GPL-2.0
#include "redirect.h"

#include <linux/ftrace.h>
#include <linux/hashtable.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "foreign.h"
#include "notrace.h"
#include "registry.h"
#include "report.h"
#include "symbols.h"

#define OP_FLAGS (FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT)

#define CALL_OPCODE 0xe8
#define INT3_OPCODE 0xcc /* for a moment, while ftrace changes the call */

/* One redirected function. */
struct site {
	struct hlist_node node; /* in sites, under kmend_lock */
	unsigned long ip;
	unsigned long target; /* where its calls go; 0: to the old function */
	u64 __percpu *calls;
	const struct func *owner;
};

/* One op and its sites, with a table of its own for the handler to find them in. */
struct redirect {
	struct ftrace_ops ops;
	unsigned int nr;
	struct site *sites;
	unsigned long mask; /* number of the table's slots, a power of two, less 1 */
	struct site **table; /* open addressing by slot_of(); at least one slot is empty */
};

/* All sites of all redirects, by ip. */
static DEFINE_HASHTABLE(sites, 8);

/* Functions begin at multiples of 16, and few at a time are redirected: no better hash pays. */
static __always_inline unsigned long slot_of(const struct redirect *redirect, unsigned long ip)
{
	return (ip >> 4) & redirect->mask;
}

static __always_inline const struct site *table_find(const struct redirect *redirect,
						     unsigned long ip)
{
	unsigned long slot = slot_of(redirect, ip);
	const struct site *site;

	while ((site = redirect->table[slot]) && site->ip != ip)
		slot = (slot + 1) & redirect->mask;
	return site;
}

/*
 * Runs at the entry of every redirected function, in any context, NMI and idle included. It calls
 * nothing that could be traced, so it cannot come back to itself, and it takes no lock: its table
 * is complete before the op is registered and is freed after unregistering has waited for
 * everyone in here. What may change meanwhile is the target, one word.
 */
static void notrace redirect_handler(unsigned long ip, unsigned long parent_ip,
				     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const struct redirect *redirect = container_of(ops, struct redirect, ops);
	const struct site *site = table_find(redirect, ip);
	unsigned long target;

	if (!site)
		return;
	target = READ_ONCE(site->target);
	if (!target)
		return;
	ftrace_regs_set_instruction_pointer(fregs, target);
	this_cpu_inc(*site->calls);
}

static struct site *site_find(unsigned long ip)
{
	struct site *site;

	hash_for_each_possible(sites, site, node, ip)
		if (site->ip == ip)
			return site;
	return NULL;
}

static int refuse_if_owned(struct patch *patch)
{
	unsigned int i;

	for (i = 0; i < patch->nr_funcs; i++) {
		const struct func *func = &patch->funcs[i];
		const struct site *site = site_find(func->ip);

		if (site)
			return refuse(patch, -EBUSY, KM506, "%s is changed by patch %s already",
				      func->record->name, site->owner->patch->name);
	}
	return 0;
}

/* Others who have a function for themselves, as far as they can be found before ftrace is asked. */
static int refuse_if_foreign(struct patch *patch)
{
	char owner[FOREIGN_OWNER_LEN];
	unsigned int i;

	for (i = 0; i < patch->nr_funcs; i++) {
		const struct func *func = &patch->funcs[i];

		if (foreign_owner(func->record->old_addr, func->ip, owner))
			return refuse(patch, -EBUSY, KM507, "%s is changed by %s already",
				      func->record->name, owner);
	}
	return 0;
}

/*
 * ftrace shut itself down and may still call an op: neither the op nor the handler, that is this
 * module, can ever go.
 */
static int keep_forever(void)
{
	__module_get(THIS_MODULE);
	return -ENODEV;
}

static void redirect_free(struct redirect *redirect)
{
	if (!redirect)
		return;
	ftrace_free_filter(&redirect->ops);
	kvfree(redirect->table);
	kvfree(redirect->sites);
	kfree(redirect);
}

static struct redirect *redirect_new(const struct patch *patch)
{
	struct redirect *redirect;
	unsigned int i;

	redirect = kzalloc(sizeof(*redirect), GFP_KERNEL);
	if (!redirect)
		return NULL;
	redirect->ops.func = redirect_handler;
	redirect->ops.flags = OP_FLAGS;
	redirect->nr = patch->nr_funcs;
	/* Twice as many slots as sites keeps the way to each short. */
	redirect->mask = roundup_pow_of_two(2 * redirect->nr) - 1;
	redirect->sites = kvcalloc(redirect->nr, sizeof(*redirect->sites), GFP_KERNEL);
	redirect->table = kvcalloc(redirect->mask + 1, sizeof(*redirect->table), GFP_KERNEL);
	if (!redirect->sites || !redirect->table) {
		redirect_free(redirect);
		return NULL;
	}

	for (i = 0; i < redirect->nr; i++) {
		const struct func *func = &patch->funcs[i];
		struct site *site = &redirect->sites[i];
		unsigned long slot = slot_of(redirect, func->ip);

		site->ip = func->ip;
		site->calls = func->calls;
		site->owner = func;
		while (redirect->table[slot])
			slot = (slot + 1) & redirect->mask;
		redirect->table[slot] = site;
	}
	return redirect;
}

static void notrace probe_handler(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
				  struct ftrace_regs *fregs)
{
}

/* What would registering the functions [first, first + nr) give? */
static int probe(const unsigned long *ips, unsigned int nr)
{
	struct ftrace_ops *ops;
	int r;

	ops = kzalloc(sizeof(*ops), GFP_KERNEL);
	if (!ops)
		return -ENOMEM;
	ops->func = probe_handler;
	ops->flags = OP_FLAGS;
	r = ftrace_set_filter_ips(ops, (unsigned long *)ips, nr, 0, 1);
	if (r == 0) {
		r = register_ftrace_function(ops);
		if (r == -ENODEV || (r == 0 && unregister_ftrace_function(ops)))
			return keep_forever();
	}
	ftrace_free_filter(ops);
	kfree(ops);
	return r;
}

/* ftrace does not say which function of an op it refused: halve the set until one is left. */
static unsigned int find_conflict(const unsigned long *ips, unsigned int nr)
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

static int refuse_by_ftrace(struct patch *patch, const unsigned long *ips, int err)
{
	char owner[FOREIGN_OWNER_LEN];
	const struct func *func;

	if (err == -ENODEV)
		return refuse(patch, err, KM511, "ftrace has shut itself down; reboot");
	if (!*kernel.ftrace_enabled)
		return refuse(patch, -EBUSY, KM510, "the sysctl kernel.ftrace_enabled is 0");
	if (err != -EBUSY)
		return refuse(patch, err, KM511, "ftrace does not take its functions (%d)", err);

	func = &patch->funcs[find_conflict(ips, patch->nr_funcs)];
	if (!foreign_owner(func->record->old_addr, func->ip, owner))
		strscpy(owner, "somebody else", sizeof(owner));
	return refuse(patch, -EBUSY, KM507, "%s is changed by %s already", func->record->name,
		      owner);
}

static int redirect_register(struct patch *patch, struct redirect *redirect)
{
	unsigned long *ips;
	unsigned int i;
	int r;

	ips = kvmalloc_array(redirect->nr, sizeof(*ips), GFP_KERNEL);
	if (!ips)
		return refuse(patch, -ENOMEM, KM512, "out of memory");
	for (i = 0; i < redirect->nr; i++)
		ips[i] = redirect->sites[i].ip;

	r = ftrace_set_filter_ips(&redirect->ops, ips, redirect->nr, 0, 1);
	if (r) {
		refuse(patch, r, KM511, "ftrace does not know one of its functions (%d)", r);
		goto out;
	}
	r = register_ftrace_function(&redirect->ops);
	if (r)
		r = refuse_by_ftrace(patch, ips, r);
out:
	kvfree(ips);
	return r;
}

int redirect_install(struct patch *patch, struct redirect **ret)
{
	struct redirect *redirect;
	unsigned int i;
	int r;

	/* To ftrace an op without functions is one of all functions. */
	if (patch->nr_funcs == 0) {
		*ret = NULL;
		return 0;
	}
	r = notrace_check(patch) ?: refuse_if_owned(patch) ?: refuse_if_foreign(patch);
	if (r)
		return r;
	redirect = redirect_new(patch);
	if (!redirect)
		return refuse(patch, -ENOMEM, KM512, "out of memory");
	r = redirect_register(patch, redirect);
	if (r == -ENODEV)
		return keep_forever();
	if (r) {
		redirect_free(redirect);
		return r;
	}
	for (i = 0; i < redirect->nr; i++)
		hash_add(sites, &redirect->sites[i].node, redirect->sites[i].ip);
	*ret = redirect;
	return 0;
}

void redirect_switch(struct redirect *redirect, bool live)
{
	unsigned int i;

	for (i = 0; redirect && i < redirect->nr; i++) {
		struct site *site = &redirect->sites[i];

		WRITE_ONCE(site->target, live ? site->owner->record->new_addr : 0);
	}
}

int redirect_uninstall(struct redirect *redirect)
{
	unsigned int i;
	int r;

	if (!redirect)
		return 0;
	r = unregister_ftrace_function(&redirect->ops);
	if (r)
		return r;
	for (i = 0; i < redirect->nr; i++)
		hash_del(&redirect->sites[i].node);
	redirect_free(redirect);
	return 0;
}

bool redirect_is_live(const struct func *func)
{
	const struct site *site = site_find(func->ip);
	u8 opcode;

	return site && site->owner == func && READ_ONCE(site->target) &&
	       copy_from_kernel_nofault(&opcode, (void *)func->ip, sizeof(opcode)) == 0 &&
	       (opcode == CALL_OPCODE || opcode == INT3_OPCODE);
}
