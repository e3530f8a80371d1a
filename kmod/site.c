// SPDX-License-Identifier: GPL-2.0
#include "site.h"

#include <linux/hashtable.h>

#include "registry.h"
#include "side.h"

static DEFINE_HASHTABLE(sites, 10); /* by ip, under kmend_lock */

struct site *site_find(unsigned long ip)
{
	struct site *site;

	hash_for_each_possible(sites, site, node, ip)
		if (site->ip == ip)
			return site;
	return NULL;
}

void site_add(struct site *site, struct op *op, unsigned long ip)
{
	site->ip = ip;
	site->op = op;
	INIT_LIST_HEAD(&site->changing);
	hash_add(sites, &site->node, ip);
}

void site_remove(struct site *site)
{
	hash_del(&site->node);
}

bool site_is_known(const struct site *site)
{
	return !hlist_unhashed(&site->node);
}

void site_push(struct site *site, struct func *func)
{
	func->site = site;
	func->below = site->top;
	site->top = func;
}

void site_pull(struct site *site, struct func *func)
{
	struct func **link = &site->top;

	while (*link != func)
		link = &(*link)->below;
	*link = func->below;
	func->below = NULL;
	func->site = NULL;
}

static const struct version *version_of(const struct func *func)
{
	return func ? &func->version : NULL;
}

/*
 * At the beginning all sides are "before", and what is before is the present version. Whoever has
 * seen neither, or only one of the writes, gets the same.
 */
void site_begin_change(struct site *site)
{
	WRITE_ONCE(site->after, version_of(site->next));
	/* Pairs with the handler, which reads is_changing first. */
	smp_store_release(&site->is_changing, true);
}

void site_end_change(struct site *site, const struct func *func)
{
	const struct version *version = version_of(func);

	WRITE_ONCE(site->before, version);
	WRITE_ONCE(site->after, version);
	WRITE_ONCE(site->version, version);
	/* Pairs with the handler: who sees this sees the version. */
	smp_store_release(&site->is_changing, false);
}

/*
 * A task may be preempted in here, for so long that other transitions come and go. The sides then
 * have changed, and it begins anew: what it has read may belong together no more.
 */
const struct version *notrace site_choose(const struct site *site)
{
	const struct version *version;
	unsigned long word;

	do {
		word = this_cpu_read(side);
		/* The side first; pairs with the stop, and with side_set_all(). */
		smp_rmb();
		version = side_of_current(word, site->ip) ? READ_ONCE(site->after) :
							    READ_ONCE(site->before);
		/* And the side again last. */
		smp_rmb();
	} while (word != this_cpu_read(side));
	return version;
}

bool site_sends_to(const struct site *site, const struct func *func)
{
	if (!site->is_changing)
		return site->version == &func->version;
	return (side_now() & SIDE_AFTER ? site->after : site->before) == &func->version;
}
