// SPDX-License-Identifier: GPL-2.0
#include "nodes.h"

#include <string.h>

#include "lib/strv.h"

void nodes_done(struct nodes *nodes)
{
	free(nodes->items);
	free(nodes->members);
	*nodes = (struct nodes){};
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct node *)a)->name, ((const struct node *)b)->name);
}

struct node *nodes_find(const struct nodes *nodes, const char *name)
{
	const struct node key = {.name = name};

	return nodes->n ? bsearch(&key, nodes->items, nodes->n, sizeof(key), compare_names) : NULL;
}

void nodes_join(struct nodes *nodes, struct node *node)
{
	if (node->is_member)
		return;
	node->is_member = true;
	nodes->members[nodes->n_members++] = node;
}

void node_wish(struct node *node, enum node_wish wish, enum node_cause cause,
	       const struct node *other)
{
	node->wish = wish;
	node->cause = cause;
	node->other = other;
}

bool node_is_live(const struct node *node)
{
	return node->core && node->core->state == CORE_LIVE;
}

bool node_stays(const struct node *node)
{
	return node_is_live(node) && node->wish != NODE_DOWN;
}

bool node_is_moving(const struct node *node)
{
	return node->core &&
	       (node->core->state == CORE_APPLYING || node->core->state == CORE_REVERTING);
}

const char *node_version(const struct node *node)
{
	const struct manifest *m = catalog_manifest(node->entry);

	if (node_is_live(node))
		return node->core->version;
	if (m)
		return m->version;
	if (node->target || node->known)
		return (node->target ?: node->known)->version;
	return node->core ? node->core->version : "";
}

const char *node_need(const struct node *node, size_t i)
{
	if (i < node->n_depends)
		return node->depends[i];
	i -= node->n_depends;
	return i < node->n_stacks_on ? node->stacks_on[i] : NULL;
}

const char *node_need_verb(const struct node *node, size_t i)
{
	return i < node->n_depends ? "depends on" : "stacks on";
}

static void add_names(struct nodes *nodes, const struct generation *g)
{
	for (size_t i = 0; g && i < g->n_patches; i++)
		nodes->items[nodes->n++].name = g->patches[i].name;
}

static void sort_uniquely(struct nodes *nodes)
{
	size_t kept = 0;

	if (nodes->n)
		qsort(nodes->items, nodes->n, sizeof(*nodes->items), compare_names);
	for (size_t i = 0; i < nodes->n; i++)
		if (kept == 0 || strcmp(nodes->items[kept - 1].name, nodes->items[i].name) != 0)
			nodes->items[kept++] = nodes->items[i];
	nodes->n = kept;
}

static int collect(const struct plan_input *in, const struct generation *target, char *const *names,
		   struct nodes *nodes)
{
	size_t room = in->catalog->n + in->core->n + in->current->n_patches +
		      (target ? target->n_patches : 0) + strv_length(names);

	nodes->items = calloc(room ?: 1, sizeof(*nodes->items));
	nodes->members = calloc(room ?: 1, sizeof(*nodes->members));
	if (!nodes->items || !nodes->members)
		return -ENOMEM;
	for (size_t i = 0; i < in->catalog->n; i++)
		nodes->items[nodes->n++].name = in->catalog->items[i].name;
	for (size_t i = 0; i < in->core->n; i++)
		nodes->items[nodes->n++].name = in->core->items[i].name;
	add_names(nodes, in->current);
	add_names(nodes, target);
	for (size_t i = 0; names && names[i]; i++)
		nodes->items[nodes->n++].name = names[i];
	sort_uniquely(nodes);
	return 0;
}

static void look_up(const struct plan_input *in, const struct generation *target,
		    struct nodes *nodes)
{
	for (size_t i = 0; i < in->catalog->n; i++)
		nodes_find(nodes, in->catalog->items[i].name)->entry = &in->catalog->items[i];
	for (size_t i = 0; i < in->core->n; i++)
		nodes_find(nodes, in->core->items[i].name)->core = &in->core->items[i];
	for (size_t i = 0; i < in->current->n_patches; i++)
		nodes_find(nodes, in->current->patches[i].name)->known = &in->current->patches[i];
	for (size_t i = 0; target && i < target->n_patches; i++)
		nodes_find(nodes, target->patches[i].name)->target = &target->patches[i];
}

static void ask_policy(const struct policy *policy, struct nodes *nodes)
{
	for (size_t i = 0; policy && i < policy->n_pins; i++) {
		struct node *node = nodes_find(nodes, policy->pins[i].name);

		if (node)
			node->pin = policy->pins[i].value;
	}
	for (size_t i = 0; policy && policy->holds && policy->holds[i]; i++) {
		struct node *node = nodes_find(nodes, policy->holds[i]);

		if (node)
			node->is_held = true;
	}
}

/* By the manifest of this very version, or else by a generation, which has them in one list. */
static void find_needs(struct node *node)
{
	const struct generation_patch *noted = node->target ?: node->known;
	const struct manifest *m = catalog_manifest(node->entry);
	const char *registered = node->core ? node->core->version : NULL;

	if (m && registered && node->core->state != CORE_LOADED &&
	    strcmp(m->version, registered) != 0)
		m = NULL;
	node->manifest = m;
	if (m) {
		node->depends = m->depends;
		node->stacks_on = m->stacks_on;
	} else if (noted && (!registered || strcmp(noted->version, registered) == 0)) {
		node->depends = noted->depends;
	}
	node->n_depends = strv_length(node->depends);
	node->n_stacks_on = strv_length(node->stacks_on);
}

int nodes_make(const struct plan_input *in, const struct generation *target, char *const *names,
	       struct nodes *ret)
{
	struct nodes nodes = {};
	int r;

	r = collect(in, target, names, &nodes);
	if (r < 0) {
		nodes_done(&nodes);
		return r;
	}
	look_up(in, target, &nodes);
	ask_policy(in->policy, &nodes);
	for (size_t i = 0; i < nodes.n; i++)
		find_needs(&nodes.items[i]);
	*ret = nodes;
	return 0;
}

void dependents_done(struct dependents *d)
{
	free(d->first);
	free(d->items);
	*d = (struct dependents){};
}

/* Count, then fill in from behind: each node's slice ends up in the order of names. */
int dependents_make(const struct nodes *nodes, struct dependents *ret)
{
	struct dependents d = {.first = calloc(nodes->n + 2, sizeof(*d.first))};
	const struct node *needed;
	const char *name;
	size_t total = 0;

	if (!d.first)
		return -ENOMEM;
	for (size_t i = 0; i < nodes->n; i++)
		for (size_t j = 0; (name = node_need(&nodes->items[i], j)); j++)
			if ((needed = nodes_find(nodes, name)))
				d.first[needed - nodes->items + 1]++;
	for (size_t i = 0; i < nodes->n; i++)
		d.first[i + 1] += d.first[i];
	total = d.first[nodes->n];
	d.items = calloc(total ?: 1, sizeof(struct node *));
	if (!d.items) {
		dependents_done(&d);
		return -ENOMEM;
	}
	for (size_t i = nodes->n; i-- > 0;)
		for (size_t j = 0; (name = node_need(&nodes->items[i], j)); j++)
			if ((needed = nodes_find(nodes, name)))
				d.items[--d.first[needed - nodes->items + 1]] = &nodes->items[i];
	/* What was counted one place further on has moved down to where each slice begins. */
	memmove(d.first, d.first + 1, nodes->n * sizeof(*d.first));
	d.first[nodes->n] = total;
	*ret = d;
	return 0;
}
