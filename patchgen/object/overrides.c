// SPDX-License-Identifier: GPL-2.0
#include "overrides.h"

#include <kmend/patch.h>
#include <string.h>

#include "../../lib/manifest.h"
#include "../../lib/text.h"
#include "object.h"

#define SECTION    KMEND_SEC_AUTHOR "overrides"
#define MANIFEST   -1
#define REASON_MAX 1024 /* as in a manifest */

/* What author.h has, and what each answers. The rest of the codes cannot be overridden. */
static const struct kind {
	const char *name;
	bool is_unsafe; /* the kernel may be harmed, if the author is wrong */
	enum diag_code codes[2];
	size_t n_codes;
} kinds[] = {
	{"function", false, {KM211, KM260}, 2},
	{"data", false, {KM211, KM212}, 2},
	{"section", false, {KM215}, 1},
	{"prototype", true, {KM214}, 1},
	{"layout", true, {KM228}, 1},
	{"size", true, {KM213}, 1},
	{"state", true, {KM218}, 1},
};

static bool kind_answers(const struct kind *kind, enum diag_code code)
{
	for (size_t i = 0; i < kind->n_codes; i++)
		if (kind->codes[i] == code)
			return true;
	return false;
}

static const struct kind *kind_for(enum diag_code code)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kind_answers(&kinds[i], code))
			return &kinds[i];
	return NULL;
}

static bool is_unsafe(const struct override *override)
{
	return kind_for(override->code)->is_unsafe;
}

static void override_done(struct override *override)
{
	free(override->symbol);
	free(override->reason);
	free(override->file);
}

void overrides_done(struct overrides *overrides)
{
	for (size_t i = 0; i < overrides->n; i++)
		override_done(&overrides->items[i]);
	free(overrides->items);
	*overrides = (struct overrides){0};
}

static bool is_same(const struct override *a, const struct override *b)
{
	return a->kind == b->kind && a->line == b->line && strcmp(a->symbol, b->symbol) == 0 &&
	       strcmp(a->file, b->file) == 0 && (a->kind != MANIFEST || a->code == b->code);
}

static int add(struct overrides *overrides, const struct override *from)
{
	struct override override = *from;

	for (size_t i = 0; i < overrides->n; i++)
		if (is_same(&overrides->items[i], from))
			return 0;
	if (overrides->n == overrides->allocated) {
		size_t n = overrides->allocated ? overrides->allocated * 2 : 8;
		struct override *items = reallocarray(overrides->items, n, sizeof(*items));

		if (!items)
			return -ENOMEM;
		overrides->items = items;
		overrides->allocated = n;
	}
	override.symbol = strdup(from->symbol);
	override.reason = strdup(from->reason);
	override.file = strdup(from->file);
	if (!override.symbol || !override.reason || !override.file) {
		override_done(&override);
		return -ENOMEM;
	}
	overrides->items[overrides->n++] = override;
	return 0;
}

static int kind_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return i;
	return MANIFEST;
}

static void tell(const struct override *override, struct diag_list *diags)
{
	const struct diag_where where = {override->symbol, NULL, override->file, override->line};
	bool unsafe = is_unsafe(override);

	if (override->code == KM260)
		diag_add(diags, KM260, DIAG_WARNING, 0, &where, "left out by its author: %s",
			 override->reason);
	else
		diag_add(diags, unsafe ? KM261 : KM260, DIAG_WARNING, 0, &where,
			 "%s is overridden by the author: %s", diag_code_name(override->code),
			 override->reason);
}

enum { KIND, SYMBOL, REASON, FILE_NAME, LINE, N_STRINGS };

static bool is_word(const char *s)
{
	return *s && text_is_printable(s) && !strchr(s, ' ');
}

static bool strings_are_valid(const char *const *strings)
{
	return kind_by_name(strings[KIND]) != MANIFEST && is_word(strings[SYMBOL]) &&
	       *strings[REASON] && strlen(strings[REASON]) <= REASON_MAX &&
	       text_is_printable(strings[REASON]) && is_word(strings[FILE_NAME]) &&
	       strings[LINE][strspn(strings[LINE], "0123456789")] == '\0';
}

static int refuse_malformed(const struct section *section, uint64_t at, struct diag_list *diags)
{
	const struct diag_where where = {.section = section->name, .file = section->object->path};

	diag_add(diags, KM263, DIAG_REFUSAL, 0, &where, "an override at +0x%llx is malformed",
		 (unsigned long long)at);
	return 0;
}

const struct section *overrides_section(const struct object *object)
{
	return object_find_section(object, SECTION);
}

int overrides_read(struct overrides *overrides, const struct object *object,
		   struct diag_list *diags)
{
	const struct section *section = overrides_section(object);

	if (!section || section->size == 0)
		return 0;
	if (!section->data || section->n_relocs)
		return refuse_malformed(section, 0, diags);
	for (uint64_t at = 0; at < section->size;) {
		const char *strings[N_STRINGS];
		uint64_t start = at;
		int r;

		for (size_t i = 0; i < N_STRINGS; i++) {
			const char *s = (const char *)section->data + at;
			size_t n = strnlen(s, section->size - at);

			if (n == section->size - at)
				return refuse_malformed(section, start, diags);
			strings[i] = s;
			at += n + 1;
		}
		if (!strings_are_valid(strings))
			return refuse_malformed(section, start, diags);
		r = add(overrides, &(struct override){.kind = kind_by_name(strings[KIND]),
						      .symbol = (char *)strings[SYMBOL],
						      .reason = (char *)strings[REASON],
						      .file = (char *)strings[FILE_NAME],
						      .line = strtoul(strings[LINE], NULL, 10)});
		if (r < 0)
			return r;
	}
	return 0;
}

int overrides_add_manifest(struct overrides *overrides, const struct manifest *manifest,
			   const char *file, struct diag_list *diags)
{
	int r = 0, result = 0;

	for (size_t i = 0; r == 0 && i < manifest->n_overrides; i++) {
		const struct manifest_override *from = &manifest->overrides[i];
		enum diag_code code = diag_code_from_name(from->code);
		const struct diag_where where = {.symbol = from->symbol, .file = file};

		if ((int)code < 0 || !kind_for(code))
			result = diag_add(diags, KM263, DIAG_REFUSAL, -EINVAL, &where,
					  "%s is nothing that an author can answer for",
					  from->code);
		else
			r = add(overrides, &(struct override){.kind = MANIFEST,
							      .code = code,
							      .symbol = from->symbol,
							      .reason = from->reason,
							      .file = (char *)file});
	}
	return r ?: result;
}

static bool is_about(const struct override *override, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(override->symbol, *names) == 0)
			return true;
	return false;
}

bool overrides_answer(struct overrides *overrides, enum diag_code code, const char *const *names,
		      struct diag_list *diags)
{
	for (size_t i = 0; i < overrides->n; i++) {
		struct override *override = &overrides->items[i];
		bool answers = override->kind == MANIFEST ?
				       override->code == code :
				       kind_answers(&kinds[override->kind], code);

		if (!answers || !is_about(override, names))
			continue;
		if (override->is_used)
			return true;
		override->is_used = true;
		override->code = code;
		tell(override, diags);
		return true;
	}
	return false;
}

bool overrides_refuse_stale(const struct overrides *overrides, struct diag_list *diags)
{
	bool found = false;

	for (size_t i = 0; i < overrides->n; i++) {
		const struct override *override = &overrides->items[i];
		const struct diag_where where = {override->symbol, NULL, override->file,
						 override->line};

		if (override->is_used)
			continue;
		found = true;
		if (override->kind == MANIFEST)
			diag_add(diags, KM262, DIAG_REFUSAL, 0, &where,
				 "there is no %s about %s that it would override",
				 diag_code_name(override->code), override->symbol);
		else
			diag_add(diags, KM262, DIAG_REFUSAL, 0, &where,
				 "the override of the %s %s has nothing to answer for",
				 kinds[override->kind].name, override->symbol);
	}
	return found;
}

static int raise_risk(struct manifest *manifest, bool unsafe)
{
	char *risk;

	if (manifest->risk && (strcmp(manifest->risk, "high") == 0 ||
			       (!unsafe && strcmp(manifest->risk, "medium") == 0)))
		return 0;
	risk = strdup(unsafe ? "high" : "medium");
	if (!risk)
		return -ENOMEM;
	free(manifest->risk);
	manifest->risk = risk;
	return 0;
}

int overrides_write(const struct overrides *overrides, struct manifest *manifest)
{
	bool unsafe = false;

	manifest_clear_overrides(manifest);
	if (overrides->n == 0)
		return 0;
	manifest->overrides = calloc(overrides->n, sizeof(*manifest->overrides));
	if (!manifest->overrides)
		return -ENOMEM;
	for (size_t i = 0; i < overrides->n; i++) {
		const struct override *from = &overrides->items[i];
		struct manifest_override *to = &manifest->overrides[manifest->n_overrides];

		if (!from->is_used)
			continue;
		manifest->n_overrides++;
		to->code = strdup(diag_code_name(from->code));
		to->symbol = strdup(from->symbol);
		to->reason = strdup(from->reason);
		if (!to->code || !to->symbol || !to->reason)
			return -ENOMEM;
		unsafe |= is_unsafe(from);
	}
	return manifest->n_overrides ? raise_risk(manifest, unsafe) : 0;
}
