// SPDX-License-Identifier: GPL-2.0
#include "manifest.h"

#include <string.h>

#include "diag.h"
#include "fileio.h"
#include "manifest-keys.h"
#include "strv.h"

static void free_records_at(struct manifest *m, size_t offset)
{
	for (const struct yaml_key *k = manifest_keys; k->name; k++)
		if (k->kind == KEY_RECORDS && k->offset == offset)
			yaml_keys_free_records(m, k);
}

void manifest_clear_modules(struct manifest *m)
{
	free_records_at(m, offsetof(struct manifest, modules));
}

void manifest_clear_overrides(struct manifest *m)
{
	free_records_at(m, offsetof(struct manifest, overrides));
}

void manifest_free(struct manifest *m)
{
	if (!m)
		return;
	yaml_keys_free(m, manifest_keys);
	free(m);
}

struct relation {
	const char *key;
	char *const *names;
};

static const char *first_common(char *const *a, char *const *b)
{
	for (; a && *a; a++)
		if (strv_contains(b, *a))
			return *a;
	return NULL;
}

/* A patch in a list that must not be there. */
static int check_relations(const struct manifest *m, const char *file, struct diag_list *diags)
{
	const struct relation relations[] = {{"depends", m->depends},
					     {"conflicts", m->conflicts},
					     {"replaces", m->replaces},
					     {"stacks-on", m->stacks_on}};
	const struct relation contrary[][2] = {
		{{"depends", m->depends}, {"conflicts", m->conflicts}},
		{{"depends", m->depends}, {"replaces", m->replaces}},
		{{"stacks-on", m->stacks_on}, {"conflicts", m->conflicts}},
		{{"stacks-on", m->stacks_on}, {"replaces", m->replaces}},
	};
	const struct diag_where where = {.file = file, .line = 1};
	int r = 0;

	for (size_t i = 0; m->name && i < ARRAY_SIZE(relations); i++)
		if (strv_contains(relations[i].names, m->name))
			r = diag_add(diags, KM113, DIAG_ERROR, -EINVAL, &where,
				     "\"%s\" names the patch itself", relations[i].key);
	for (size_t i = 0; i < ARRAY_SIZE(contrary); i++) {
		const char *name = first_common(contrary[i][0].names, contrary[i][1].names);

		if (name)
			r = diag_add(diags, KM113, DIAG_ERROR, -EINVAL, &where,
				     "\"%s\" is in both \"%s\" and \"%s\"", name,
				     contrary[i][0].key, contrary[i][1].key);
	}
	return r;
}

int manifest_parse(const char *text, size_t size, const char *file, struct diag_list *diags,
		   struct manifest **ret)
{
	const struct yaml_source source = {text, size, KMEND_MANIFEST_MAX, file, "the manifest"};
	_cleanup_manifest_ struct manifest *m = calloc(1, sizeof(*m));
	int r, q;

	if (!m)
		return -ENOMEM;
	r = yaml_keys_parse(&source, manifest_keys, diags, m);
	q = check_relations(m, file, diags);
	if (r < 0 || q < 0)
		return r < 0 ? r : q;
	*ret = TAKE_PTR(m);
	return 0;
}

int manifest_read(const char *path, struct diag_list *diags, struct manifest **ret)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	int r;

	r = file_read(path, KMEND_MANIFEST_MAX, &text, &size);
	if (r == -EFBIG)
		return diag_add(diags, KM110, DIAG_ERROR, -EINVAL,
				&(struct diag_where){.file = path}, "it is larger than %d bytes",
				KMEND_MANIFEST_MAX);
	if (r < 0)
		return diag_add(diags, KM102, DIAG_ERROR, r, &(struct diag_where){.file = path},
				"cannot read the manifest: %s", strerror(-r));
	return manifest_parse(text, size, path, diags, ret);
}
