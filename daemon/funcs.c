// SPDX-License-Identifier: GPL-2.0
#include "funcs.h"

#include <string.h>

#include "lib/strv.h"

void funcs_done(struct funcs *f)
{
	free(f->items);
	free(f->owners);
	*f = (struct funcs){};
}

static bool takes_part(const struct node *node)
{
	if (node->wish == NODE_DOWN)
		return false;
	return node->wish == NODE_UP || node_is_live(node) || node_is_moving(node);
}

/* What is live in another version than the catalog's, or not in it, only the core knows. */
static bool is_in_catalog(const struct node *node)
{
	return node->manifest;
}

static size_t count(const struct nodes *nodes)
{
	size_t n = 0;

	for (size_t i = 0; i < nodes->n; i++) {
		const struct node *node = &nodes->items[i];

		if (takes_part(node) && is_in_catalog(node))
			n += node->entry->module->n_funcs;
		else if (takes_part(node) && node->core)
			n += node->core->n_funcs;
	}
	return n;
}

static void add_of_catalog(struct funcs *f, const struct patch_module *module)
{
	for (size_t i = 0; i < module->n_funcs; i++) {
		const struct kmend_func *func = &module->funcs[i];

		if (!(func->flags & KMEND_FUNC_RANGE))
			f->items[f->n++] =
				(struct func_use){func->object, func->name, func->sympos ?: 1, 0};
	}
}

static void add_of_core(struct funcs *f, const struct core_patch *core)
{
	for (size_t i = 0; i < core->n_funcs; i++)
		f->items[f->n++] = (struct func_use){core->funcs[i].object, core->funcs[i].name,
						     core->funcs[i].position, 0};
}

static void add_all(struct nodes *nodes, struct funcs *f)
{
	for (size_t i = 0; i < nodes->n; i++) {
		struct node *node = &nodes->items[i];

		node->first_func = f->n;
		if (takes_part(node) && is_in_catalog(node))
			add_of_catalog(f, node->entry->module);
		else if (takes_part(node) && node->core)
			add_of_core(f, node->core);
		node->n_funcs = f->n - node->first_func;
	}
}

static int compare_uses(const void *x, const void *y)
{
	const struct func_use *a = *(struct func_use *const *)x, *b = *(struct func_use *const *)y;
	int r = strcmp(a->name, b->name);

	if (r == 0)
		r = strcmp(a->object, b->object);
	return r ?: (a->position > b->position) - (a->position < b->position);
}

static int give_numbers(struct funcs *f)
{
	_cleanup_free_ struct func_use **sorted = calloc(f->n ?: 1, sizeof(*sorted));

	f->owners = calloc(f->n ?: 1, sizeof(*f->owners));
	if (!sorted || !f->owners)
		return -ENOMEM;
	for (size_t i = 0; i < f->n; i++)
		sorted[i] = &f->items[i];
	if (f->n)
		qsort(sorted, f->n, sizeof(*sorted), compare_uses);
	for (size_t i = 1; i < f->n; i++)
		sorted[i]->number =
			sorted[i - 1]->number + (compare_uses(&sorted[i - 1], &sorted[i]) != 0);
	return 0;
}

int funcs_make(struct nodes *nodes, struct funcs *ret)
{
	size_t room = count(nodes);
	struct funcs f = {.items = calloc(room ?: 1, sizeof(*f.items))};
	int r = -ENOMEM;

	if (f.items) {
		add_all(nodes, &f);
		r = give_numbers(&f);
	}
	if (r < 0) {
		funcs_done(&f);
		return r;
	}
	*ret = f;
	return 0;
}

const struct func_use *funcs_find_rival(const struct funcs *f, const struct node *node,
					const struct node **ret_rival)
{
	for (size_t i = 0; i < node->n_funcs; i++) {
		const struct func_use *use = &f->items[node->first_func + i];
		const struct node *owner = f->owners[use->number];

		if (!owner || owner == node || strv_contains(node->stacks_on, owner->name))
			continue;
		*ret_rival = owner;
		return use;
	}
	return NULL;
}

void funcs_claim(struct funcs *f, const struct node *node)
{
	for (size_t i = 0; i < node->n_funcs; i++)
		f->owners[f->items[node->first_func + i].number] = node;
}
