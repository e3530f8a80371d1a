// SPDX-License-Identifier: GPL-2.0
#include "view.h"

#include <string.h>

#include "lib/strv.h"
#include "manager.h"

static void view_done(struct view *v)
{
	free(v->name);
	free(v->version);
	free(v->summary);
	free(v->module);
	free(v->path);
	strv_free(v->fixes);
	strv_free(v->depends);
	free(v->risk);
	strv_free(v->overrides);
	free(v->state);
	free(v->code);
	free(v->reason);
}

void views_done(struct views *views)
{
	for (size_t i = 0; i < views->n; i++)
		view_done(&views->items[i]);
	free(views->items);
	*views = (struct views){};
}

const struct view *views_find(const struct views *views, const char *name)
{
	for (size_t i = 0; i < views->n; i++)
		if (strcmp(views->items[i].name, name) == 0)
			return &views->items[i];
	return NULL;
}

static bool strv_differs(char *const *a, char *const *b)
{
	size_t n = strv_length(a);

	if (n != strv_length(b))
		return true;
	for (size_t i = 0; i < n; i++)
		if (strcmp(a[i], b[i]) != 0)
			return true;
	return false;
}

bool view_differs(const struct view *a, const struct view *b)
{
	return strcmp(a->version, b->version) != 0 || strcmp(a->summary, b->summary) != 0 ||
	       strcmp(a->module, b->module) != 0 || strcmp(a->path, b->path) != 0 ||
	       strcmp(a->risk, b->risk) != 0 || strcmp(a->state, b->state) != 0 ||
	       strcmp(a->code, b->code) != 0 || strcmp(a->reason, b->reason) != 0 ||
	       a->loaded != b->loaded || a->wanted != b->wanted ||
	       strv_differs(a->fixes, b->fixes) || strv_differs(a->depends, b->depends) ||
	       strv_differs(a->overrides, b->overrides);
}

struct verdict {
	const char *state;
	const char *code;
	const char *reason;
	const struct diag *diag; /* in place of the reason */
};

static struct verdict judge(const struct manager *m, const struct catalog_entry *entry,
			    const struct core_patch *core)
{
	const struct manifest *manifest = catalog_manifest(entry);
	const struct quarantine_entry *q;

	if (core)
		return (struct verdict){core_state_to_string(core->state), "", core->last_error};
	if (!entry)
		return (struct verdict){"missing", diag_code_name(KM601),
					"it is not in the catalog for this kernel"};
	if (entry->masked)
		return (struct verdict){"masked", diag_code_name(KM636), "",
					&entry->problems.items[0]};
	if (entry->problems.n) {
		const struct diag *d = &entry->problems.items[0];

		return (struct verdict){"refused", diag_code_name(d->code), "", d};
	}
	q = quarantine_find(&m->quarantine, entry->name, manifest->version);
	if (q)
		return (struct verdict){"quarantined", diag_code_name(KM612), q->reason};
	return (struct verdict){"available", "", ""};
}

static int set(char **field, const char *value)
{
	*field = strdup(value ?: "");
	return *field ? 0 : -ENOMEM;
}

/* Of an unfit patch too, as far as it is its own. */
static const struct manifest *manifest_to_show(const struct catalog_entry *entry)
{
	const struct manifest *m = entry && entry->module ? entry->module->manifest : NULL;

	return m && strcmp(m->name, entry->name) == 0 ? m : NULL;
}

static int list_overrides(const struct manifest *manifest, char ***ret)
{
	for (size_t i = 0; manifest && i < manifest->n_overrides; i++) {
		const struct manifest_override *override = &manifest->overrides[i];
		_cleanup_free_ char *text = NULL;

		if (asprintf(&text, "%s %s: %s", override->code, override->symbol,
			     override->reason) < 0 ||
		    strv_append(ret, text) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int fill(const struct manager *m, const char *name, struct view *v)
{
	const struct catalog_entry *entry = catalog_find(&m->catalog, name);
	const struct core_patch *core = core_patches_find(&m->core, name);
	const struct generation_patch *known = generation_find(&m->current, name);
	const struct manifest *manifest = manifest_to_show(entry);
	struct verdict verdict = judge(m, entry, core);
	const char *version = manifest ? manifest->version : known ? known->version : NULL;

	if (set(&v->name, name) < 0 || set(&v->version, core ? core->version : version) < 0 ||
	    set(&v->summary, manifest ? manifest->summary : NULL) < 0 ||
	    set(&v->path, entry ? entry->path : NULL) < 0 || set(&v->state, verdict.state) < 0 ||
	    set(&v->code, verdict.code) < 0 ||
	    set(&v->risk, manifest ? manifest->risk : NULL) < 0 ||
	    list_overrides(manifest, &v->overrides) < 0 ||
	    strv_copy(manifest ? manifest->fixes : NULL, &v->fixes) < 0 ||
	    strv_copy(manifest ? manifest->depends : NULL, &v->depends) < 0)
		return -ENOMEM;
	v->reason = verdict.diag ? diag_describe(verdict.diag) : strdup(verdict.reason);
	v->module = core ? strdup(core->module) : patch_module_name(name);
	v->loaded = core != NULL;
	v->wanted = known != NULL;
	return v->module && v->reason ? 0 : -ENOMEM;
}

static int add(const struct manager *m, const char *name, struct views *views)
{
	struct view *grown;

	if (views_find(views, name))
		return 0;
	grown = reallocarray(views->items, views->n + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	views->items = grown;
	grown[views->n] = (struct view){};
	return fill(m, name, &grown[views->n++]);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct view *)a)->name, ((const struct view *)b)->name);
}

int views_make(const struct manager *m, struct views *ret)
{
	_cleanup_(views_done) struct views views = {};
	int r = 0;

	for (size_t i = 0; i < m->catalog.n && r >= 0; i++)
		r = add(m, m->catalog.items[i].name, &views);
	for (size_t i = 0; i < m->core.n && r >= 0; i++)
		r = add(m, m->core.items[i].name, &views);
	for (size_t i = 0; i < m->current.n_patches && r >= 0; i++)
		r = add(m, m->current.patches[i].name, &views);
	if (r < 0)
		return r;
	if (views.n)
		qsort(views.items, views.n, sizeof(*views.items), compare_names);
	*ret = views;
	views = (struct views){};
	return 0;
}
