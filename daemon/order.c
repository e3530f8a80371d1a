// SPDX-License-Identifier: GPL-2.0
#include "order.h"

#include <string.h>

#include "lib/strv.h"

void order_done(struct order *o)
{
	for (size_t i = 0; i < o->n; i++)
		free(o->nodes[i].name);
	free(o->nodes);
	free(o->sorted);
	*o = (struct order){};
}

struct node *order_find(const struct order *o, const char *name)
{
	for (size_t i = 0; i < o->n; i++)
		if (strcmp(o->nodes[i].name, name) == 0)
			return &o->nodes[i];
	return NULL;
}

int order_add(struct order *o, const char *name, const struct generation_patch *known,
	      bool wanted_up)
{
	struct node *grown, *found = order_find(o, name);

	if (found) {
		found->wanted_up |= wanted_up;
		return 0;
	}
	grown = reallocarray(o->nodes, o->n + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	o->nodes = grown;
	grown[o->n] = (struct node){
		.name = strdup(name),
		.entry = catalog_find(o->in->catalog, name),
		.core = core_patches_find(o->in->core, name),
		.known = known ?: generation_find(o->in->current, name),
		.wanted_up = wanted_up,
	};
	if (!grown[o->n].name)
		return -ENOMEM;
	o->n++;
	return 0;
}

char *const *node_depends(const struct node *node)
{
	const struct manifest *m = catalog_manifest(node->entry);

	if (m)
		return m->depends;
	return node->known ? node->known->depends : NULL;
}

bool node_is_live(const struct node *node)
{
	return node->core && node->core->state == CORE_LIVE;
}

const char *node_version(const struct node *node)
{
	const struct manifest *m = catalog_manifest(node->entry);

	if (node_is_live(node))
		return node->core->version;
	if (m)
		return m->version;
	return node->known ? node->known->version : "";
}

/* What keeps a patch from being loaded, seen for itself. */
static int check_loadable(const struct order *o, const struct node *node)
{
	const struct quarantine_entry *q;

	if (!node->entry)
		return diag_error(o->diags, KM601, -ENOENT,
				  "%s is not in the catalog for this kernel", node->name);
	if (node->entry->problems.n) {
		const struct diag *d = &node->entry->problems.items[0];

		return diag_add_hint(o->diags, d->code, d->severity, -EINVAL,
				     &(struct diag_where){d->symbol, d->section, d->file, d->line},
				     d->hint, "%s", d->message);
	}
	q = quarantine_find(o->in->quarantine, node->name, node->entry->module->manifest->version);
	if (q && !o->lift)
		return diag_add(o->diags, KM612, DIAG_REFUSAL, -EPERM, NULL, "%s: %s", node->name,
				q->reason);
	return catalog_check_targets(node->entry, o->in->sysfs, o->diags);
}

static int check_core_state(const struct order *o, const struct node *node)
{
	const struct manifest *m = catalog_manifest(node->entry);

	if (!node->core)
		return 0;
	if (node->core->state != CORE_LIVE && node->core->state != CORE_LOADED)
		return diag_add(o->diags, KM625, DIAG_REFUSAL, -EBUSY, NULL, "%s is %s", node->name,
				core_state_to_string(node->core->state));
	if (m && strcmp(m->version, node->core->version) != 0)
		return diag_add(o->diags, KM621, DIAG_REFUSAL, -EBUSY, NULL,
				"version %s of %s is loaded, and version %s in the catalog",
				node->core->version, node->name, m->version);
	return 0;
}

static bool excludes(const struct node *a, const struct node *b)
{
	const struct manifest *m = catalog_manifest(a->entry);

	return m && strv_contains(m->conflicts, b->name);
}

static bool same_place(const struct kmend_func *a, const struct kmend_func *b)
{
	if ((a->flags | b->flags) & KMEND_FUNC_RANGE)
		return false;
	/* Position 0 says that the name is unique: then it is also the first. */
	return (a->sympos ?: 1) == (b->sympos ?: 1) && strcmp(a->name, b->name) == 0 &&
	       strcmp(a->object, b->object) == 0;
}

static const struct kmend_func *shared_function(const struct node *a, const struct node *b)
{
	const struct patch_module *x = catalog_manifest(a->entry) ? a->entry->module : NULL;
	const struct patch_module *y = catalog_manifest(b->entry) ? b->entry->module : NULL;

	for (size_t i = 0; x && y && i < x->n_funcs; i++)
		for (size_t j = 0; j < y->n_funcs; j++)
			if (same_place(&x->funcs[i], &y->funcs[j]))
				return &x->funcs[i];
	return NULL;
}

static int check_pair(const struct order *o, const struct node *node, const struct node *other)
{
	const struct kmend_func *f;

	if (excludes(node, other) || excludes(other, node))
		return diag_add(o->diags, KM607, DIAG_REFUSAL, -EBUSY, NULL,
				"%s and %s exclude each other", node->name, other->name);
	f = shared_function(node, other);
	if (f)
		return diag_add(o->diags, KM608, DIAG_REFUSAL, -EBUSY,
				&(struct diag_where){.symbol = f->name},
				"%s and %s both replace %s of %s", node->name, other->name, f->name,
				f->object);
	return 0;
}

/* Against what is live and stays so, and what was already found fit to be. */
static int check_company(const struct order *o, const struct node *node)
{
	for (size_t i = 0; i < o->n; i++) {
		const struct node *other = &o->nodes[i];
		int r;

		if (other == node || !(node_is_live(other) || other->mark == NODE_UP))
			continue;
		r = check_pair(o, node, other);
		if (r < 0)
			return r;
	}
	return 0;
}

struct path {
	const struct path *below;
	const struct node *node;
};

/* "a -> b -> a": from where the node is met first to where it is met again. */
static int complain_cycle(const struct order *o, const struct path *path, const struct node *node)
{
	_cleanup_free_ char *text = strdup(node->name);

	for (; text && path; path = path->below) {
		char *longer;

		if (asprintf(&longer, "%s -> %s", path->node->name, text) < 0)
			return -ENOMEM;
		free(text);
		text = longer;
		if (path->node == node)
			break;
	}
	return diag_add(o->diags, KM606, DIAG_REFUSAL, -ELOOP, NULL, "the dependencies %s",
			text ?: "form a cycle");
}

static int visit(struct order *o, struct node *node, const struct path *below);

static int visit_dependency(struct order *o, struct node *node, const char *name,
			    const struct path *path)
{
	struct node *dependency = order_find(o, name);
	int r;

	if (!dependency || (!dependency->entry && !node_is_live(dependency)))
		return diag_add(o->diags, KM605, DIAG_REFUSAL, -ENOENT, NULL,
				"%s depends on %s, which is not %s", node->name, name,
				dependency ? "in the catalog for this kernel" :
					     "among the patches to be live");
	r = visit(o, dependency, path);
	if (r < 0)
		return r;
	if (dependency->mark == NODE_DOWN)
		return diag_add(o->diags, KM605, DIAG_REFUSAL, -ENOENT, NULL,
				"%s depends on %s, which cannot be applied", node->name, name);
	return 0;
}

static int judge(struct order *o, struct node *node, const struct path *path)
{
	char *const *depends = node_depends(node);
	int r = 0;

	for (size_t i = 0; depends && depends[i] && r >= 0; i++)
		r = visit_dependency(o, node, depends[i], path);
	if (r >= 0 && node->wanted_up)
		r = check_core_state(o, node);
	if (r >= 0 && !node_is_live(node))
		r = node->wanted_up ? check_loadable(o, node) : -ENOENT;
	if (r >= 0 && !node_is_live(node))
		r = check_company(o, node);
	return r;
}

static int visit(struct order *o, struct node *node, const struct path *below)
{
	struct path path = {.below = below, .node = node};
	int r;

	if (node->mark == NODE_VISITING)
		return complain_cycle(o, below, node);
	if (node->mark != NODE_NEW)
		return 0;
	node->mark = NODE_VISITING;
	r = judge(o, node, &path);
	if (r == -ENOMEM)
		return r;
	if (r < 0 && node->wanted_up && o->strict)
		return r;
	/* One that is live stays so, whatever has become of those it depends on. */
	if (r < 0 && !node_is_live(node)) {
		node->mark = NODE_DOWN;
		return 0;
	}
	node->mark = NODE_UP;
	o->sorted[o->n_sorted++] = node;
	return 0;
}

int order_sort(struct order *o)
{
	o->sorted = calloc(o->n ?: 1, sizeof(*o->sorted));
	if (!o->sorted)
		return -ENOMEM;
	for (size_t i = 0; i < o->n; i++) {
		int r = visit(o, &o->nodes[i], /* below= */ NULL);

		if (r < 0)
			return r;
	}
	return 0;
}
