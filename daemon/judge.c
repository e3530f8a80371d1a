// SPDX-License-Identifier: GPL-2.0
#include "judge.h"

#include <string.h>

static bool is_new(const struct node *node)
{
	return node->wish == NODE_UP && !node_is_live(node);
}

/* One that cannot be is left out, where that is no error. */
static void leave_out(struct node *node)
{
	node_wish(node, NODE_KEEP, CAUSE_NONE, NULL);
}

static int refuse_replaced(const struct order *o, struct node *node, struct node *other)
{
	const struct node *user = other->cause == CAUSE_NEEDED ? other->other : NULL;

	if (user)
		diag_add(o->diags, KM653, DIAG_REFUSAL, -EBUSY, NULL,
			 "%s replaces %s, which %s needs", node->name, other->name, user->name);
	else
		diag_add(o->diags, KM653, DIAG_REFUSAL, -EBUSY, NULL,
			 "%s replaces %s, and both are to be live", node->name, other->name);
	if (o->strict)
		return -EBUSY;
	leave_out(node_is_live(other) ? node : other);
	return 0;
}

static int replace(const struct order *o, struct node *node, struct node *other)
{
	if (other == node)
		return 0;
	/* Two that somebody has brought live by hand may stay, but not in one set. */
	if (other->wish == NODE_UP && (is_new(node) || is_new(other) || !other->known))
		return refuse_replaced(o, node, other);
	if (is_new(node) && other->wish == NODE_KEEP && (node_is_live(other) || other->known))
		node_wish(other, NODE_DOWN, CAUSE_REPLACED, node);
	return 0;
}

int judge_replaced(struct order *o)
{
	int r = 0;

	for (size_t i = 0; i < o->nodes.n && r >= 0; i++) {
		struct node *node = &o->nodes.items[i];
		char **replaces = node->manifest ? node->manifest->replaces : NULL;

		for (; replaces && *replaces && r >= 0 && (is_new(node) || node_stays(node));
		     replaces++) {
			struct node *other = nodes_find(&o->nodes, *replaces);

			r = other ? replace(o, node, other) : 0;
		}
	}
	return r;
}

int judge_need(struct order *o, const struct node *node, const char *name)
{
	const struct node *need = nodes_find(&o->nodes, name);
	const char *verb = "depends on";

	for (size_t i = 0; i < node->n_stacks_on; i++)
		if (strcmp(node->stacks_on[i], name) == 0)
			verb = "stacks on";
	if (!need || (!need->entry && !node_is_live(need)))
		return diag_add(o->diags, KM605, DIAG_REFUSAL, -ENOENT, NULL,
				"%s %s %s, which is not in the catalog for this kernel", node->name,
				verb, name);
	if (!need->is_member || need->wish == NODE_DOWN)
		return diag_add(o->diags, KM605, DIAG_REFUSAL, -ENOENT, NULL,
				"%s %s %s, which is not among the patches to be live", node->name,
				verb, name);
	return 0;
}

/* In a cycle that was told of, one is not judged yet: that is no further reason. */
static int check_needs(const struct order *o, const struct node *node)
{
	const char *name;

	for (size_t i = 0; (name = node_need(node, i)); i++) {
		const struct node *need = nodes_find(&o->nodes, name);

		if (need->mark != NODE_READY)
			return diag_add(o->diags, KM605, DIAG_REFUSAL, -ENOENT, NULL,
					"%s %s %s, which cannot be applied", node->name,
					node_need_verb(node, i), name);
	}
	return 0;
}

static int refuse_version(const struct order *o, const struct node *node, const char *version)
{
	return diag_add(o->diags, KM621, DIAG_REFUSAL, -EBUSY, NULL,
			"version %s of %s is loaded, and version %s in the catalog",
			node->core->version, node->name, version);
}

static int check_core_state(const struct order *o, const struct node *node)
{
	const struct manifest *m = catalog_manifest(node->entry);

	if (!node->core)
		return 0;
	/* A start goes on with what its predecessor began, or takes it back. */
	if (node_is_moving(node) && o->strict)
		return diag_add(o->diags, KM625, DIAG_REFUSAL, -EBUSY, NULL, "%s is %s", node->name,
				core_state_to_string(node->core->state));
	return m && strcmp(m->version, node->core->version) != 0 ?
		       refuse_version(o, node, m->version) :
		       0;
}

static int repeat_problem(const struct order *o, const struct catalog_entry *entry)
{
	const struct diag *d = &entry->problems.items[0];

	return diag_add_hint(o->diags, d->code, d->severity, -EINVAL,
			     &(struct diag_where){d->symbol, d->section, d->file, d->line}, d->hint,
			     "%s", d->message);
}

/* The version that there is must be the one that is wanted. */
static int check_version(const struct order *o, const struct node *node, const char *version)
{
	if (node->pin && strcmp(node->pin, version) != 0)
		return diag_add(o->diags, KM650, DIAG_REFUSAL, -EPERM, NULL,
				"%s is pinned to version %s, and version %s is in the catalog",
				node->name, node->pin, version);
	if (node->target && strcmp(node->target->version, version) != 0)
		return diag_add(o->diags, KM652, DIAG_REFUSAL, -ESTALE, NULL,
				"the generation has version %s of %s, and the catalog version %s",
				node->target->version, node->name, version);
	return 0;
}

/* What keeps a patch from being loaded, seen for itself. */
static int check_loadable(const struct order *o, const struct node *node)
{
	const struct quarantine_entry *q;
	const char *version;
	int r;

	if (!node->entry)
		return diag_error(o->diags, KM601, -ENOENT,
				  "%s is not in the catalog for this kernel", node->name);
	if (node->entry->problems.n)
		return repeat_problem(o, node->entry);
	version = node->entry->module->manifest->version;
	r = check_version(o, node, version);
	if (r < 0)
		return r;
	q = quarantine_find(o->in->quarantine, node->name, version);
	if (q && !(o->options & PLAN_LIFT_QUARANTINE))
		return diag_add(o->diags, KM612, DIAG_REFUSAL, -EPERM, NULL, "%s: %s", node->name,
				q->reason);
	return catalog_check_targets(node->entry, o->in->sysfs, o->diags);
}

static int refuse_pair(const struct order *o, const struct node *node, const struct node *other)
{
	return diag_add(o->diags, KM607, DIAG_REFUSAL, -EBUSY, NULL, "%s and %s exclude each other",
			node->name, other->name);
}

/* Against what is live and stays so, and what was already found fit to be. */
static int check_company(const struct order *o, const struct node *node)
{
	char **conflicts = node->manifest ? node->manifest->conflicts : NULL;
	const struct node *rival;
	const struct func_use *use;

	if (node->excluded_by)
		return refuse_pair(o, node, node->excluded_by);
	for (; conflicts && *conflicts; conflicts++) {
		const struct node *other = nodes_find(&o->nodes, *conflicts);

		if (other && other != node && (node_stays(other) || other->mark == NODE_READY))
			return refuse_pair(o, node, other);
	}
	use = funcs_find_rival(&o->funcs, node, &rival);
	if (use)
		return diag_add(o->diags, KM608, DIAG_REFUSAL, -EBUSY,
				&(struct diag_where){.symbol = use->name},
				"%s and %s both replace %s of %s", node->name, rival->name,
				use->name, use->object);
	return 0;
}

static int check_held(const struct order *o, const struct node *node)
{
	if (!node->is_held || o->options & PLAN_HELD || !o->strict)
		return 0;
	if (node->other)
		return diag_add(o->diags, KM651, DIAG_REFUSAL, -EPERM, NULL,
				"%s would be %s, on behalf of %s", node->name,
				node->wish == NODE_UP ? "applied" : "reverted", node->other->name);
	return diag_add(o->diags, KM651, DIAG_REFUSAL, -EPERM, NULL, "%s would be %s", node->name,
			node->wish == NODE_UP ? "applied" : "reverted");
}

int judge_new(struct order *o, const struct node *node)
{
	int r;

	r = check_needs(o, node);
	if (r >= 0)
		r = check_core_state(o, node);
	if (r >= 0)
		r = check_loadable(o, node);
	if (r >= 0)
		r = check_held(o, node);
	return r < 0 ? r : check_company(o, node);
}

int judge_live(struct order *o, const struct node *node)
{
	const struct manifest *m = catalog_manifest(node->entry);
	const char *version = node->core->version;

	if (node->target && strcmp(node->target->version, version) != 0)
		return diag_add(o->diags, KM621, DIAG_REFUSAL, -EBUSY, NULL,
				"version %s of %s is live, and the generation has version %s",
				version, node->name, node->target->version);
	if (node->cause == CAUSE_ASKED && m && strcmp(m->version, version) != 0)
		return refuse_version(o, node, m->version);
	return 0;
}

void judge_accept(struct order *o, const struct node *node)
{
	char **conflicts = node->manifest ? node->manifest->conflicts : NULL;

	for (; conflicts && *conflicts; conflicts++) {
		struct node *other = nodes_find(&o->nodes, *conflicts);

		if (other && other != node && !other->excluded_by)
			other->excluded_by = node;
	}
	funcs_claim(&o->funcs, node);
}

/* Live, or part of the set that will be brought live at the next start. */
static bool counts(const struct node *node)
{
	return node->wish != NODE_DOWN && (node_is_live(node) || node->known);
}

static int check_not_broken(const struct order *o, const struct node *node)
{
	const char *name;

	for (size_t i = 0; (name = node_need(node, i)); i++) {
		const struct node *need = nodes_find(&o->nodes, name);

		if (!need || need->wish != NODE_DOWN)
			continue;
		if (need->cause == CAUSE_REPLACED)
			return diag_add(o->diags, KM654, DIAG_REFUSAL, -EBUSY, NULL,
					"%s %s %s, which %s replaces", node->name,
					node_need_verb(node, i), name, need->other->name);
		return diag_add(o->diags, KM613, DIAG_REFUSAL, -EBUSY, NULL, "%s %s %s", node->name,
				node_need_verb(node, i), name);
	}
	return 0;
}

static bool switches(const struct order *o)
{
	for (size_t i = 0; i < o->n_sorted; i++)
		if (!node_is_live(o->sorted[i]))
			return true;
	for (size_t i = 0; i < o->n_removed; i++)
		if (node_is_live(o->removed[i]))
			return true;
	return false;
}

int judge_staying(struct order *o)
{
	int r = 0;

	for (size_t i = 0; o->strict && i < o->nodes.n && r >= 0; i++)
		if (counts(&o->nodes.items[i]))
			r = check_not_broken(o, &o->nodes.items[i]);
	return r;
}

int judge_whole(struct order *o)
{
	int r = 0;

	if (!o->strict)
		return 0;
	for (size_t i = 0; i < o->n_removed && r >= 0; i++)
		if (node_is_live(o->removed[i]) || o->removed[i]->known)
			r = check_held(o, o->removed[i]);
	if (r < 0 || !switches(o))
		return r;
	for (size_t i = 0; i < o->nodes.n && r >= 0; i++)
		if (node_is_moving(&o->nodes.items[i]) && o->nodes.items[i].wish != NODE_DOWN)
			r = check_core_state(o, &o->nodes.items[i]);
	return r;
}
