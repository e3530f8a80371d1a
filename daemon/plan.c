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
	*p = (struct plan){};
}

static int add_removal(const struct plan_input *in, const char *name, struct plan *plan)
{
	const struct core_patch *core = core_patches_find(in->core, name);
	const struct catalog_entry *entry = catalog_find(in->catalog, name);
	const struct manifest *m = catalog_manifest(entry);
	bool known = m && core && strcmp(m->version, core->version) == 0;
	const char *path = known ? entry->path : NULL;
	const char *digest = known ? entry->digest : NULL;
	int r = 0;

	if (!core)
		return 0;
	if (core->state != CORE_LOADED)
		r = steps_add(&plan->steps, STEP_DISABLE, name, core->module, path, digest);
	if (r >= 0)
		r = steps_add(&plan->steps, STEP_UNLOAD, name, core->module, path, digest);
	return r < 0 ? r : strv_append(&plan->removed, name);
}

/* In the reverse of the order in which they were applied; those of no generation first. */
static int add_removals(const struct plan_input *in, char *const *names, struct plan *plan)
{
	int r = 0;

	for (size_t i = strv_length(names); i-- > 0 && r >= 0;)
		if (!generation_find(in->current, names[i]))
			r = add_removal(in, names[i], plan);
	for (size_t i = in->current->n_patches; i-- > 0 && r >= 0;)
		if (strv_contains(names, in->current->patches[i].name))
			r = add_removal(in, in->current->patches[i].name, plan);
	return r;
}

static int add_addition(const struct node *node, struct plan *plan)
{
	_cleanup_free_ char *module = patch_module_name(node->name);
	int r = 0;

	if (!module)
		return -ENOMEM;
	if (!node->core)
		r = steps_add(&plan->steps, STEP_LOAD, node->name, module, node->entry->path,
			      node->entry->digest);
	if (r >= 0)
		r = steps_add(&plan->steps, STEP_ENABLE, node->name, module, node->entry->path,
			      node->entry->digest);
	if (r >= 0)
		r = strv_append(&plan->added, node->name);
	return r < 0 ? r : strv_append(&plan->versions, node_version(node));
}

static int add_additions(const struct order *o, struct plan *plan)
{
	int r = 0;

	for (size_t i = 0; i < o->n_sorted && r >= 0; i++)
		if (!node_is_live(o->sorted[i]))
			r = add_addition(o->sorted[i], plan);
	return r;
}

/* The new set: what is up, in order, then what is carried along without being live. */
static int fill_result(const struct order *o, struct plan *plan)
{
	int r = 0;

	for (size_t i = 0; i < o->n_sorted && r >= 0; i++)
		r = generation_add(&plan->result, o->sorted[i]->name, node_version(o->sorted[i]),
				   node_depends(o->sorted[i]));
	for (size_t i = 0; i < o->n && r >= 0; i++)
		if (o->nodes[i].mark == NODE_DOWN)
			r = generation_add(&plan->result, o->nodes[i].name,
					   node_version(&o->nodes[i]), node_depends(&o->nodes[i]));
	return r;
}

static bool same_set(const struct generation *a, const struct generation *b)
{
	for (size_t i = 0; i < a->n_patches; i++) {
		const struct generation_patch *p = generation_find(b, a->patches[i].name);

		if (!p || strcmp(p->version, a->patches[i].version) != 0)
			return false;
	}
	return a->n_patches == b->n_patches;
}

/* removals: names to be reverted where they are loaded. */
static int make_plan(struct order *o, char *const *removals, struct plan *ret)
{
	_cleanup_(plan_done) struct plan plan = {};
	int r;

	r = order_sort(o);
	if (r >= 0)
		r = add_removals(o->in, removals, &plan);
	if (r >= 0)
		r = add_additions(o, &plan);
	if (r >= 0)
		r = fill_result(o, &plan);
	if (r < 0)
		return r;
	plan.changes_set = !same_set(&plan.result, o->in->current);
	*ret = plan;
	plan = (struct plan){};
	return 0;
}

static int add_with_dependencies(struct order *o, const char *name)
{
	struct node *node = order_find(o, name);
	char *const *depends;
	int r;

	if (node && node->wanted_up)
		return 0;
	r = order_add(o, name, /* known= */ NULL, /* wanted_up= */ true);
	if (r < 0)
		return r;
	depends = node_depends(order_find(o, name));
	for (size_t i = 0; depends && depends[i] && r >= 0; i++)
		r = add_with_dependencies(o, depends[i]);
	return r;
}

int plan_apply(const struct plan_input *in, char *const *names, bool lift, struct diag_list *diags,
	       struct plan *ret)
{
	_cleanup_(order_done) struct order o = {
		.in = in, .diags = diags, .strict = true, .lift = lift};
	int r = 0;

	for (size_t i = 0; i < in->current->n_patches && r >= 0; i++)
		r = order_add(&o, in->current->patches[i].name, NULL, /* wanted_up= */ false);
	for (size_t i = 0; names && names[i] && r >= 0; i++)
		r = add_with_dependencies(&o, names[i]);
	return r < 0 ? r : make_plan(&o, /* removals= */ NULL, ret);
}

static char *const *depends_of(const struct plan_input *in, const struct generation_patch *p)
{
	const struct node node = {.entry = catalog_find(in->catalog, p->name), .known = p};

	return node_depends(&node);
}

static const char *first_common(char *const *a, char *const *b)
{
	for (size_t i = 0; a && a[i]; i++)
		if (strv_contains(b, a[i]))
			return a[i];
	return NULL;
}

/* Extend a list of patches to revert by those that depend on them, until none is left. */
static int add_dependents(const struct plan_input *in, char ***list, bool allowed,
			  struct diag_list *diags)
{
	size_t before;

	do {
		before = strv_length(*list);
		for (size_t i = 0; i < in->current->n_patches; i++) {
			const struct generation_patch *p = &in->current->patches[i];
			const char *needed = first_common(depends_of(in, p), *list);

			if (!needed || strv_contains(*list, p->name))
				continue;
			if (!allowed)
				return diag_add(diags, KM613, DIAG_REFUSAL, -EBUSY, NULL,
						"%s depends on %s", p->name, needed);
			if (strv_append(list, p->name) < 0)
				return -ENOMEM;
		}
	} while (strv_length(*list) > before);
	return 0;
}

static int check_revertable(const struct plan_input *in, char *const *names,
			    struct diag_list *diags)
{
	for (size_t i = 0; names && names[i]; i++)
		if (!core_patches_find(in->core, names[i]) &&
		    !generation_find(in->current, names[i]))
			return diag_error(diags, KM623, -ENOENT, "%s is not live", names[i]);
	return 0;
}

int plan_revert(const struct plan_input *in, char *const *names, bool dependents,
		struct diag_list *diags, struct plan *ret)
{
	_cleanup_(order_done) struct order o = {.in = in, .diags = diags, .strict = true};
	_cleanup_strv_ char **removals = NULL;
	int r;

	r = check_revertable(in, names, diags);
	if (r >= 0)
		r = strv_copy(names, &removals);
	if (r >= 0)
		r = add_dependents(in, &removals, dependents, diags);
	for (size_t i = 0; i < in->current->n_patches && r >= 0; i++)
		if (!strv_contains(removals, in->current->patches[i].name))
			r = order_add(&o, in->current->patches[i].name, NULL, false);
	return r < 0 ? r : make_plan(&o, removals, ret);
}

/* Patches of the generation in force that another one does not have. */
static int names_not_in(const struct generation *from, const struct generation *target, char ***ret)
{
	_cleanup_strv_ char **names = NULL;

	for (size_t i = 0; i < from->n_patches; i++)
		if (!generation_find(target, from->patches[i].name) &&
		    strv_append(&names, from->patches[i].name) < 0)
			return -ENOMEM;
	*ret = TAKE_PTR(names);
	return 0;
}

int plan_rollback(const struct plan_input *in, const struct generation *target,
		  struct diag_list *diags, struct plan *ret)
{
	_cleanup_(order_done) struct order o = {.in = in, .diags = diags, .strict = true};
	_cleanup_strv_ char **removals = NULL;
	int r;

	r = names_not_in(in->current, target, &removals);
	for (size_t i = 0; i < target->n_patches && r >= 0; i++)
		r = order_add(&o, target->patches[i].name, &target->patches[i],
			      /* wanted_up= */ true);
	return r < 0 ? r : make_plan(&o, removals, ret);
}

int plan_start(const struct plan_input *in, char *const *skip, char *const *leftovers,
	       struct diag_list *diags, struct plan *ret)
{
	_cleanup_(order_done) struct order o = {.in = in, .diags = diags, .strict = false};
	_cleanup_strv_ char **removals = NULL;
	int r = 0;

	for (size_t i = 0; leftovers && leftovers[i] && r >= 0; i++)
		if (!generation_find(in->current, leftovers[i]))
			r = strv_append(&removals, leftovers[i]);
	for (size_t i = 0; i < in->current->n_patches && r >= 0; i++) {
		const char *name = in->current->patches[i].name;

		r = order_add(&o, name, NULL, !strv_contains(skip, name));
	}
	return r < 0 ? r : make_plan(&o, removals, ret);
}
