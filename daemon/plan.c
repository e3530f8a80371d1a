// SPDX-License-Identifier: GPL-2.0
#include "plan.h"

#include <string.h>

#include "lib/strv.h"
#include "order.h"

void plan_done(struct plan *p)
{
	steps_done(&p->steps);
	generation_done(&p->result);
	strv_free(p->added);
	strv_free(p->versions);
	strv_free(p->removed);
	for (size_t i = 0; i < p->n_changes; i++) {
		free(p->changes[i].name);
		free(p->changes[i].version);
		free(p->changes[i].why);
	}
	free(p->changes);
	*p = (struct plan){};
}

int plan_read_strangers(const struct catalog *catalog, const char *sysfs, struct core_patches *core)
{
	int r = 0;

	for (size_t i = 0; i < core->n && r >= 0; i++) {
		struct core_patch *p = &core->items[i];
		const struct manifest *m = catalog_manifest(catalog_find(catalog, p->name));

		if (p->state != CORE_LOADED && (!m || strcmp(m->version, p->version) != 0))
			r = core_read_functions(sysfs, p);
		/* It went away meanwhile. */
		if (r == -ENOENT)
			r = 0;
	}
	return r;
}

static char *reason(const struct node *node)
{
	static const char *const formats[] = {
		[CAUSE_NONE] = "",
		[CAUSE_ASKED] = "asked for",
		[CAUSE_GENERATION] = "",
		[CAUSE_NEEDED] = "%s needs it",
		[CAUSE_NEEDS] = "needs %s",
		[CAUSE_REPLACED] = "replaced by %s",
		[CAUSE_LEFTOVER] = "left behind",
	};
	const char *format = formats[node->cause], *place = strstr(format, "%s");
	char *text;

	if (node->cause == CAUSE_GENERATION)
		return strdup(node->wish == NODE_UP ? "in the generation" :
						      "not in the generation");
	if (!place || !node->other)
		return strdup(format);
	if (asprintf(&text, "%.*s%s%s", (int)(place - format), format, node->other->name,
		     place + 2) < 0)
		return NULL;
	return text;
}

static int add_change(const struct node *node, const char *action, struct plan *plan)
{
	struct plan_change *grown, c = {.action = action,
					.name = strdup(node->name),
					.version = strdup(node_version(node)),
					.why = reason(node)};

	grown = reallocarray(plan->changes, plan->n_changes + 1, sizeof(*grown));
	if (grown)
		plan->changes = grown;
	if (!grown || !c.name || !c.version || !c.why) {
		free(c.name);
		free(c.version);
		free(c.why);
		return -ENOMEM;
	}
	grown[plan->n_changes++] = c;
	return 0;
}

static int add_load(const struct node *node, struct plan *plan)
{
	_cleanup_free_ char *module = patch_module_name(node->name);

	return module ? steps_add(&plan->steps, STEP_LOAD, node->name, module, node->entry->path,
				  node->entry->digest) :
			-ENOMEM;
}

/* Without the file that was loaded, nothing can load it again. */
static int add_unload(const struct node *node, struct plan *plan)
{
	const struct manifest *m = catalog_manifest(node->entry);
	bool known = m && strcmp(m->version, node->core->version) == 0;

	return steps_add(&plan->steps, STEP_UNLOAD, node->name, node->core->module,
			 known ? node->entry->path : NULL, known ? node->entry->digest : NULL);
}

static int list_added(const struct order *o, struct plan *plan)
{
	int r = 0;

	for (size_t i = 0; i < o->n_sorted && r >= 0; i++) {
		const struct node *node = o->sorted[i];

		if (node_is_live(node))
			continue;
		r = strv_append(&plan->added, node->name);
		if (r >= 0)
			r = strv_append(&plan->versions, node_version(node));
		if (r >= 0)
			r = add_change(node, "apply", plan);
		if (r >= 0 && !node->core)
			r = add_load(node, plan);
	}
	return r;
}

static int list_removed(const struct order *o, struct plan *plan)
{
	int r = 0;

	for (size_t i = 0; i < o->n_removed && r >= 0; i++) {
		const struct node *node = o->removed[i];
		bool is_loaded;

		if (!node->core)
			continue;
		is_loaded = node->core->state == CORE_LOADED;
		r = strv_append(&plan->removed, node->name);
		if (r >= 0)
			r = add_change(node, is_loaded ? "unload" : "revert", plan);
	}
	return r;
}

/* In the order in which they would go on: what is last is removed first. */
static int list_off(const struct order *o, char ***ret)
{
	_cleanup_strv_ char **off = NULL;
	int r = 0;

	for (size_t i = o->n_removed; i-- > 0 && r >= 0;) {
		const struct core_patch *core = o->removed[i]->core;

		if (core && core->state != CORE_LOADED)
			r = strv_append(&off, core->name);
	}
	if (r >= 0)
		*ret = TAKE_PTR(off);
	return r;
}

/*
 * One line to the core, and so one transition. Only where nothing goes in exchange for something
 * else may it be several.
 */
static int add_switches(const struct order *o, char *const *on, char *const *off, struct plan *plan)
{
	size_t max = o->options & PLAN_SEPARATELY ? 0 : KMEND_TRANSACTION_MAX;
	bool is_exchange = on && off;

	if (is_exchange && steps_switch_size(on, off) > KMEND_TRANSACTION_MAX && o->strict)
		return diag_add(o->diags, KM655, DIAG_REFUSAL, -E2BIG, NULL,
				"%zu patches to be applied and %zu to be reverted", strv_length(on),
				strv_length(off));
	return is_exchange && steps_switch_size(on, off) <= max ?
		       steps_add_switch(&plan->steps, on, off) :
		       steps_add_switches(&plan->steps, on, off, max);
}

static int add_unloads(const struct order *o, struct plan *plan)
{
	int r = 0;

	for (size_t i = 0; i < o->n_removed && r >= 0; i++)
		if (o->removed[i]->core)
			r = add_unload(o->removed[i], plan);
	return r;
}

/* A generation notes in one list what has to be live before a patch. */
static int add_result(const struct node *node, struct plan *plan)
{
	_cleanup_strv_ char **needs = NULL;
	const char *name;
	int r = 0;

	for (size_t i = 0; (name = node_need(node, i)) && r >= 0; i++)
		if (i < node->n_depends || !strv_contains(node->depends, name))
			r = strv_append(&needs, name);
	return r < 0 ? r : generation_add(&plan->result, node->name, node_version(node), needs);
}

static bool is_as_before(const struct node *node)
{
	return node->known && strcmp(node->known->version, node_version(node)) == 0;
}

/* The new set: what is up, in order, then what is carried along without being live. */
static int fill_result(const struct order *o, struct plan *plan)
{
	size_t n_before = o->in->current->n_patches;
	bool same = true;
	int r = 0;

	for (size_t i = 0; i < o->n_sorted && r >= 0; i++) {
		r = add_result(o->sorted[i], plan);
		same &= is_as_before(o->sorted[i]);
	}
	for (size_t i = 0; i < o->nodes.n_members && r >= 0; i++) {
		const struct node *node = o->nodes.members[i];

		if (node->wish == NODE_DOWN || node->mark == NODE_READY)
			continue;
		r = add_result(node, plan);
		same &= is_as_before(node);
	}
	plan->changes_set = !same || plan->result.n_patches != n_before;
	return r;
}

static int make_plan(struct order *o, struct plan *ret)
{
	_cleanup_(plan_done) struct plan plan = {};
	_cleanup_strv_ char **off = NULL;
	int r;

	r = order_sort(o);
	if (r >= 0)
		r = list_added(o, &plan);
	if (r >= 0)
		r = list_removed(o, &plan);
	if (r >= 0)
		r = list_off(o, &off);
	if (r >= 0)
		r = add_switches(o, plan.added, off, &plan);
	if (r >= 0)
		r = add_unloads(o, &plan);
	if (r >= 0)
		r = fill_result(o, &plan);
	if (r < 0)
		return r;
	*ret = plan;
	plan = (struct plan){};
	return 0;
}

static void join_current(const struct plan_input *in, struct order *o)
{
	for (size_t i = 0; i < in->current->n_patches; i++)
		nodes_join(&o->nodes, nodes_find(&o->nodes, in->current->patches[i].name));
}

/* Nodes that wait to be looked at, each at most once. */
struct queue {
	struct node **items;
	size_t n, at;
};

static int queue_new(const struct nodes *nodes, struct queue *ret)
{
	*ret = (struct queue){.items = calloc(nodes->n ?: 1, sizeof(struct node *))};
	return ret->items ? 0 : -ENOMEM;
}

static void queue_done(struct queue *q)
{
	free(q->items);
}

static void want(struct queue *q, struct node *node, enum node_wish wish, enum node_cause cause,
		 const struct node *other)
{
	if (node->wish == wish)
		return;
	node_wish(node, wish, cause, other);
	q->items[q->n++] = node;
}

static void want_names(struct queue *q, const struct nodes *nodes, char *const *names,
		       enum node_wish wish)
{
	for (size_t i = 0; names && names[i]; i++)
		want(q, nodes_find(nodes, names[i]), wish, CAUSE_ASKED, NULL);
}

static int want_with_needs(struct order *o, char *const *names)
{
	_cleanup_(queue_done) struct queue q = {};
	const char *name;
	int r;

	r = queue_new(&o->nodes, &q);
	if (r < 0)
		return r;
	want_names(&q, &o->nodes, names, NODE_UP);
	while (q.at < q.n) {
		struct node *node = q.items[q.at++];

		nodes_join(&o->nodes, node);
		for (size_t i = 0; (name = node_need(node, i)); i++) {
			struct node *need = nodes_find(&o->nodes, name);

			if (need)
				want(&q, need, NODE_UP, CAUSE_NEEDED, node);
		}
	}
	return 0;
}

int plan_apply(const struct plan_input *in, char *const *names, unsigned options,
	       struct diag_list *diags, struct plan *ret)
{
	_cleanup_(order_done) struct order o = {
		.in = in, .diags = diags, .strict = true, .options = options};
	int r;

	r = nodes_make(in, /* target= */ NULL, names, &o.nodes);
	if (r < 0)
		return r;
	join_current(in, &o);
	r = want_with_needs(&o, names);
	return r < 0 ? r : make_plan(&o, ret);
}

/* Whatever is live, or would be at the next start. */
static bool is_in_use(const struct node *node)
{
	return node_is_live(node) || node_is_moving(node) || node->known;
}

static int refuse_dependent(const struct order *o, const struct node *node, const struct node *need)
{
	size_t i = 0;

	while (strcmp(node_need(node, i), need->name) != 0)
		i++;
	return diag_add(o->diags, KM613, DIAG_REFUSAL, -EBUSY, NULL, "%s %s %s", node->name,
			node_need_verb(node, i), need->name);
}

/* Names that are to go, with all that need them; or a refusal where anything does. */
static int remove_with_dependents(struct order *o, char *const *names, enum node_cause cause,
				  bool allowed)
{
	_cleanup_(dependents_done) struct dependents d = {};
	_cleanup_(queue_done) struct queue q = {};
	int r;

	r = dependents_make(&o->nodes, &d);
	if (r >= 0)
		r = queue_new(&o->nodes, &q);
	if (r < 0)
		return r;
	for (size_t i = 0; names && names[i]; i++)
		want(&q, nodes_find(&o->nodes, names[i]), NODE_DOWN, cause, NULL);
	while (q.at < q.n) {
		const struct node *node = q.items[q.at++];
		size_t at = node - o->nodes.items;

		for (size_t i = d.first[at]; i < d.first[at + 1]; i++) {
			struct node *dependent = d.items[i];

			if (dependent->wish == NODE_DOWN || !is_in_use(dependent))
				continue;
			if (cause == CAUSE_LEFTOVER && dependent->known)
				continue;
			if (!allowed)
				return refuse_dependent(o, dependent, node);
			want(&q, dependent, NODE_DOWN, CAUSE_NEEDS, node);
		}
	}
	return 0;
}

static int check_revertable(const struct order *o, char *const *names)
{
	for (size_t i = 0; names && names[i]; i++) {
		const struct node *node = nodes_find(&o->nodes, names[i]);

		if (!node->core && !node->known)
			return diag_error(o->diags, KM623, -ENOENT, "%s is not live", names[i]);
	}
	return 0;
}

int plan_revert(const struct plan_input *in, char *const *names, unsigned options,
		struct diag_list *diags, struct plan *ret)
{
	_cleanup_(order_done) struct order o = {
		.in = in, .diags = diags, .strict = true, .options = options};
	int r;

	r = nodes_make(in, /* target= */ NULL, names, &o.nodes);
	if (r < 0)
		return r;
	join_current(in, &o);
	r = check_revertable(&o, names);
	if (r >= 0)
		r = remove_with_dependents(&o, names, CAUSE_ASKED, options & PLAN_DEPENDENTS);
	return r < 0 ? r : make_plan(&o, ret);
}

int plan_rollback(const struct plan_input *in, const struct generation *target, unsigned options,
		  struct diag_list *diags, struct plan *ret)
{
	_cleanup_(order_done) struct order o = {
		.in = in, .diags = diags, .strict = true, .options = options};
	int r;

	r = nodes_make(in, target, /* names= */ NULL, &o.nodes);
	if (r < 0)
		return r;
	for (size_t i = 0; i < target->n_patches; i++) {
		struct node *node = nodes_find(&o.nodes, target->patches[i].name);

		node_wish(node, NODE_UP, CAUSE_GENERATION, NULL);
		nodes_join(&o.nodes, node);
	}
	join_current(in, &o);
	for (size_t i = 0; i < o.nodes.n_members; i++)
		if (o.nodes.members[i]->wish == NODE_KEEP)
			node_wish(o.nodes.members[i], NODE_DOWN, CAUSE_GENERATION, NULL);
	return make_plan(&o, ret);
}

/* What stacks on a leftover, and is not in force either, was never meant to stay without it. */
static int remove_leftovers(struct order *o, char *const *leftovers)
{
	_cleanup_strv_ char **names = NULL;
	int r = 0;

	for (size_t i = 0; leftovers && leftovers[i] && r >= 0; i++)
		if (!nodes_find(&o->nodes, leftovers[i])->known)
			r = strv_append(&names, leftovers[i]);
	return r < 0 || !names ? r :
				 remove_with_dependents(o, names, CAUSE_LEFTOVER,
							/* allowed= */ true);
}

int plan_start(const struct plan_input *in, char *const *skip, char *const *leftovers,
	       unsigned options, struct diag_list *diags, struct plan *ret)
{
	_cleanup_(order_done) struct order o = {
		.in = in, .diags = diags, .strict = false, .options = options};
	int r;

	r = nodes_make(in, /* target= */ NULL, leftovers, &o.nodes);
	if (r < 0)
		return r;
	join_current(in, &o);
	r = remove_leftovers(&o, leftovers);
	for (size_t i = 0; i < o.nodes.n_members && r >= 0; i++) {
		struct node *node = o.nodes.members[i];

		if (!strv_contains(skip, node->name))
			node_wish(node, NODE_UP, CAUSE_GENERATION, NULL);
	}
	return r < 0 ? r : make_plan(&o, ret);
}
