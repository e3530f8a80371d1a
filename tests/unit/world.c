// SPDX-License-Identifier: GPL-2.0
#include "world.h"

#include <criterion/criterion.h>
#include <string.h>

#include "lib/strv.h"

struct registered {
	struct world_patch patch;
	bool is_live;
	size_t order; /* of those that are live: which one went on later */
};

static void copy_list(char *const *list, char ***ret)
{
	cr_assert_eq(strv_copy(list, ret), 0);
}

static void patch_copy(const struct world_patch *from, struct world_patch *ret)
{
	ret->name = strdup(from->name);
	ret->version = strdup(from->version ?: "1");
	copy_list(from->depends, &ret->depends);
	copy_list(from->conflicts, &ret->conflicts);
	copy_list(from->replaces, &ret->replaces);
	copy_list(from->stacks_on, &ret->stacks_on);
	copy_list(from->functions, &ret->functions);
}

static void patch_done(struct world_patch *p)
{
	free(p->name);
	free((char *)p->version);
	strv_free(p->depends);
	strv_free(p->conflicts);
	strv_free(p->replaces);
	strv_free(p->stacks_on);
	strv_free(p->functions);
}

static struct patch_module *make_module(const struct world_patch *p)
{
	struct patch_module *module = calloc(1, sizeof(*module));
	struct manifest *m = calloc(1, sizeof(*m));
	struct world_patch copy;

	patch_copy(p, &copy);
	m->name = copy.name;
	m->version = (char *)copy.version;
	m->depends = copy.depends;
	m->conflicts = copy.conflicts;
	m->replaces = copy.replaces;
	m->stacks_on = copy.stacks_on;
	module->manifest = m;
	module->n_funcs = strv_length(p->functions);
	module->funcs = calloc(module->n_funcs ?: 1, sizeof(*module->funcs));
	for (size_t i = 0; i < module->n_funcs; i++) {
		snprintf(module->funcs[i].name, sizeof(module->funcs[i].name), "%s",
			 p->functions[i]);
		strcpy(module->funcs[i].object, KMEND_OBJECT_VMLINUX);
	}
	strv_free(copy.functions);
	return module;
}

void world_add(struct world *w, const struct world_patch *p)
{
	struct catalog_entry e = {.name = strdup(p->name), .digest = strdup("digest")};

	cr_assert(asprintf(&e.path, "/catalog/%s.ko", p->name) > 0);
	e.module = make_module(p);
	w->catalog.items =
		reallocarray(w->catalog.items, w->catalog.n + 1, sizeof(*w->catalog.items));
	w->catalog.items[w->catalog.n++] = e;
}

void world_remove(struct world *w, const char *name)
{
	for (size_t i = 0; i < w->catalog.n; i++) {
		struct catalog one = {&w->catalog.items[i], 1};

		if (strcmp(w->catalog.items[i].name, name) != 0)
			continue;
		one.items = memcpy(malloc(sizeof(*one.items)), one.items, sizeof(*one.items));
		w->catalog.n--;
		memmove(&w->catalog.items[i], &w->catalog.items[i + 1],
			(w->catalog.n - i) * sizeof(*one.items));
		catalog_done(&one);
		return;
	}
}

static struct registered *find(const struct world *w, const char *name)
{
	for (size_t i = 0; i < w->n_registered; i++)
		if (strcmp(w->registered[i].patch.name, name) == 0)
			return &w->registered[i];
	return NULL;
}

const struct world_patch *world_registered(const struct world *w, const char *name)
{
	const struct registered *r = find(w, name);

	return r ? &r->patch : NULL;
}

bool world_is_live(const struct world *w, const char *name)
{
	const struct registered *r = find(w, name);

	return r && r->is_live;
}

static int compare_registered(const void *a, const void *b)
{
	return strcmp(((const struct registered *)a)->patch.name,
		      ((const struct registered *)b)->patch.name);
}

static void show_functions(char *const *names, struct core_patch *p)
{
	p->n_funcs = strv_length(names);
	p->funcs = calloc(p->n_funcs ?: 1, sizeof(*p->funcs));
	for (size_t i = 0; i < p->n_funcs; i++)
		p->funcs[i] = (struct core_func){strdup(KMEND_OBJECT_VMLINUX), strdup(names[i]), 1};
}

void world_show_core(struct world *w)
{
	core_patches_done(&w->core);
	w->core.items = calloc(w->n_registered ?: 1, sizeof(*w->core.items));
	w->core.n = w->n_registered;
	if (w->n_registered)
		qsort(w->registered, w->n_registered, sizeof(*w->registered), compare_registered);
	for (size_t i = 0; i < w->n_registered; i++) {
		const struct registered *r = &w->registered[i];
		const struct manifest *m =
			catalog_manifest(catalog_find(&w->catalog, r->patch.name));
		struct core_patch *p = &w->core.items[i];

		p->name = strdup(r->patch.name);
		p->version = strdup(r->patch.version);
		p->module = patch_module_name(r->patch.name);
		p->state = r->is_live ? CORE_LIVE : CORE_LOADED;
		if (r->is_live && (!m || strcmp(m->version, p->version) != 0))
			show_functions(r->patch.functions, p);
	}
}

struct plan_input world_input(const struct world *w)
{
	return (struct plan_input){.catalog = &w->catalog,
				   .core = &w->core,
				   .current = &w->current,
				   .quarantine = &w->quarantine,
				   .policy = &w->policy,
				   .sysfs = "/nonexistent"};
}

static int load(struct world *w, const struct step *s)
{
	const struct catalog_entry *e = catalog_find(&w->catalog, s->patch);
	const struct manifest *m = catalog_manifest(e);
	struct world_patch p;

	if (!m || find(w, s->patch) || strcmp(e->path, s->path) != 0)
		return -EEXIST;
	p = (struct world_patch){m->name,     m->version,   m->depends, m->conflicts,
				 m->replaces, m->stacks_on, NULL};
	for (size_t i = 0; i < e->module->n_funcs; i++)
		cr_assert_eq(strv_append(&p.functions, e->module->funcs[i].name), 0);
	w->registered = reallocarray(w->registered, w->n_registered + 1, sizeof(*w->registered));
	w->registered[w->n_registered] = (struct registered){};
	patch_copy(&p, &w->registered[w->n_registered++].patch);
	strv_free(p.functions);
	return 0;
}

static int unload(struct world *w, const struct step *s)
{
	struct registered *r = find(w, s->patch);

	if (!r || r->is_live)
		return -EBUSY;
	patch_done(&r->patch);
	*r = w->registered[--w->n_registered];
	return 0;
}

/* What the core makes of a line: the names that change, with those that are replaced. */
struct line {
	char **on, **off;
};

static bool will_be_live(const struct line *line, const struct registered *r)
{
	if (strv_contains(line->on, r->patch.name))
		return true;
	return r->is_live && !strv_contains(line->off, r->patch.name);
}

static void add_replaced(const struct world *w, struct line *line)
{
	for (size_t i = 0; line->on && line->on[i]; i++) {
		char **replaces = find(w, line->on[i])->patch.replaces;

		for (; replaces && *replaces; replaces++)
			if (world_is_live(w, *replaces) && !strv_contains(line->on, *replaces) &&
			    !strv_contains(line->off, *replaces))
				cr_assert_eq(strv_append(&line->off, *replaces), 0);
	}
}

/* The topmost patch with the function: the last that went on of those that stay, or of the line. */
static const struct registered *owner_before(const struct world *w, const struct line *line,
					     size_t until, const char *function)
{
	const struct registered *owner = NULL;

	for (size_t i = 0; i < w->n_registered; i++) {
		const struct registered *r = &w->registered[i];

		if (r->is_live && will_be_live(line, r) &&
		    strv_contains(r->patch.functions, function) &&
		    (!owner || r->order > owner->order))
			owner = r;
	}
	for (size_t i = 0; i < until; i++)
		if (strv_contains(find(w, line->on[i])->patch.functions, function))
			owner = find(w, line->on[i]);
	return owner;
}

static bool may_go_on(const struct world *w, const struct line *line, size_t at)
{
	const struct world_patch *p = &find(w, line->on[at])->patch;

	for (char **f = p->functions; f && *f; f++) {
		const struct registered *owner = owner_before(w, line, at, *f);

		if (owner && !strv_contains(p->stacks_on, owner->patch.name))
			return false;
	}
	for (char **below = p->stacks_on; below && *below; below++) {
		const struct registered *r = find(w, *below);

		if (!r || !will_be_live(line, r))
			return false;
	}
	return true;
}

static bool may_go_off(const struct world *w, const struct line *line, const char *name)
{
	for (size_t i = 0; i < w->n_registered; i++)
		if (will_be_live(line, &w->registered[i]) &&
		    strv_contains(w->registered[i].patch.stacks_on, name))
			return false;
	return true;
}

static int check_line(const struct world *w, const struct line *line)
{
	for (size_t i = 0; line->on && line->on[i]; i++)
		if (!find(w, line->on[i]) || world_is_live(w, line->on[i]))
			return -EINVAL;
	for (size_t i = 0; line->off && line->off[i]; i++)
		if (!world_is_live(w, line->off[i]))
			return -EINVAL;
	for (size_t i = 0; line->on && line->on[i]; i++)
		if (!may_go_on(w, line, i))
			return -EBUSY;
	for (size_t i = 0; line->off && line->off[i]; i++)
		if (!may_go_off(w, line, line->off[i]))
			return -EBUSY;
	return 0;
}

static size_t next_order(const struct world *w)
{
	size_t highest = 0;

	for (size_t i = 0; i < w->n_registered; i++)
		if (w->registered[i].is_live && w->registered[i].order > highest)
			highest = w->registered[i].order;
	return highest + 1;
}

static int switch_line(struct world *w, const struct step *s)
{
	struct line line = {};
	int r;

	copy_list(s->on, &line.on);
	copy_list(s->off, &line.off);
	for (size_t i = 0; line.on && line.on[i]; i++)
		if (!find(w, line.on[i]))
			return -EINVAL;
	add_replaced(w, &line);
	r = check_line(w, &line);
	for (size_t i = 0; r >= 0 && line.off && line.off[i]; i++)
		find(w, line.off[i])->is_live = false;
	for (size_t i = 0; r >= 0 && line.on && line.on[i]; i++) {
		find(w, line.on[i])->order = next_order(w);
		find(w, line.on[i])->is_live = true;
	}
	w->n_transitions++;
	strv_free(line.on);
	strv_free(line.off);
	return r;
}

int world_run_step(void *userdata, const struct step *s, struct diag_list *diags)
{
	switch (s->op) {
	case STEP_LOAD:
		return load(userdata, s);
	case STEP_SWITCH:
		return switch_line(userdata, s);
	case STEP_UNLOAD:
		return unload(userdata, s);
	}
	return -EINVAL;
}

char *world_state(const struct world *w)
{
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (w->n_registered)
		qsort(w->registered, w->n_registered, sizeof(*w->registered), compare_registered);
	for (size_t i = 0; i < w->n_registered; i++)
		fprintf(f, "%s %s%s\n", w->registered[i].patch.name, w->registered[i].patch.version,
			w->registered[i].is_live ? " live" : "");
	fclose(f);
	return text;
}

void world_reboot(struct world *w)
{
	for (size_t i = 0; i < w->n_registered; i++)
		patch_done(&w->registered[i].patch);
	free(w->registered);
	w->registered = NULL;
	w->n_registered = 0;
}

void world_done(struct world *w)
{
	world_reboot(w);
	catalog_done(&w->catalog);
	core_patches_done(&w->core);
	generation_done(&w->current);
	quarantine_done(&w->quarantine);
	policy_done(&w->policy);
	*w = (struct world){};
}
