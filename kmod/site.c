// SPDX-License-Identifier: GPL-2.0
#include "site.h"

#include <linux/hashtable.h>

#include "registry.h"

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

bool site_sends_to(const struct site *site, const struct func *func)
{
	return READ_ONCE(site->version) == &func->version;
}
