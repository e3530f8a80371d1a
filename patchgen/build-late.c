// SPDX-License-Identifier: GPL-2.0
/* Which modules of a patch may be loaded after it, and which have to be there before. */
#include "build-steps.h"

#include <string.h>

#include "../lib/strv.h"
#include "base/files.h"

static const char *const late_names[] = {
	[LATE_ALLOW] = "allow",
	[LATE_REQUIRE] = "require",
	[LATE_NEVER] = "never",
};

enum late late_from_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(late_names); i++)
		if (strcmp(late_names[i], name) == 0)
			return i;
	return _LATE_INVALID;
}

/* The command line's, or the manifest's. */
static enum late late_of(const struct build *build)
{
	if (build->options->late)
		return late_from_name(build->options->late);
	return build->manifest->late ? late_from_name(build->manifest->late) : LATE_ALLOW;
}

bool build_is_late(const struct build *build, const char *module)
{
	if (late_of(build) == LATE_NEVER)
		return false;
	for (size_t i = 0; i < build->n_first; i++)
		if (strcmp(build->first[i].module, module) == 0)
			return false;
	return true;
}

const char *build_why_first(const struct build *build, const char *module)
{
	for (size_t i = 0; i < build->n_first; i++)
		if (strcmp(build->first[i].module, module) == 0)
			return build->first[i].why;
	return NULL;
}

/* "KM338 FILE:LINE: text" */
static int describe(const struct diag *diag, char **ret)
{
	_cleanup_free_ char *line = NULL;
	int r = 0;

	if (diag->line)
		r = string_format(&line, ":%u", diag->line);
	return r     ?:
		       string_format(ret, "%s %s%s%s%s", diag_code_name(diag->code),
				     diag->file ?: "", line ?: "", diag->file ? ": " : "",
				     diag->message);
}

static int add_first(struct build *build, const char *module, const struct diag *diag)
{
	struct build_first *first = reallocarray(build->first, build->n_first + 1, sizeof(*first));
	int r;

	if (!first)
		return -ENOMEM;
	build->first = first;
	first += build->n_first;
	*first = (struct build_first){.module = strdup(module)};
	r = first->module ? describe(diag, &first->why) : -ENOMEM;
	if (r < 0) {
		free(first->module);
		return r;
	}
	build->n_first++;
	return 0;
}

static void tell(struct build *build, const char *module, const struct diag *diag)
{
	enum late late = late_of(build);
	const struct diag_where where = {.symbol = diag->symbol,
					 .section = diag->section,
					 .file = build_path_in_source(build, diag->file),
					 .line = diag->line};

	diag_add(&build->diags, diag->code, late == LATE_REQUIRE ? DIAG_REFUSAL : DIAG_NOTE, 0,
		 &where, "%s has to be loaded before the patch: %s", module, diag->message);
}

/* All reasons are told, the first is kept. */
static int be_first(struct build *build, const char *module, const struct diag_list *reasons)
{
	struct diag kept;
	int r;

	if (!build_is_late(build, module))
		return 0;
	for (size_t i = 0; i < reasons->n; i++)
		tell(build, module, &reasons->items[i]);
	kept = reasons->items[0];
	kept.file = (char *)build_path_in_source(build, kept.file);
	r = add_first(build, module, &kept);
	return r ?: 1;
}

static int be_first_for(struct build *build, const char *module, const char *file,
			const char *format, const char *argument)
{
	_cleanup_(diag_list_done) struct diag_list reasons = {0};
	const struct diag_where where = {.file = file};
	_cleanup_free_ char *message = NULL;

	if (asprintf(&message, "%s %s", format, argument) < 0)
		return -ENOMEM;
	diag_add(&reasons, KM338, DIAG_NOTE, 0, &where, "%s", message);
	return reasons.n ? be_first(build, module, &reasons) : -ENOMEM;
}

/* Returns 1 where it found a module that has to be first, 0, or a negative errno. */
static int judge_object(struct build *build, const struct build_object *object)
{
	const char *module = object->original.module, *source = object->original.source;
	int any = 0, r = 0;

	if (object->original.is_module && object->diff.late.n)
		r = be_first(build, module, &object->diff.late);
	if (r < 0)
		return r;
	any |= r;
	if (object->original.is_module && object->diff.has_callbacks)
		r = be_first_for(build, module, source, "the patch has callbacks for", module);
	for (char **other = object->diff.late_others; r >= 0 && other && *other; other++) {
		any |= r;
		r = be_first_for(build, *other, source, "its new code is used by that for", module);
	}
	return r < 0 ? r : any | r;
}

static bool is_accepted(const struct build_object *object)
{
	return object->diff.verdict == DIFF_ACCEPTED;
}

static int judge_all(struct build *build)
{
	struct resolver_module module;
	int any = 0, r;

	for (size_t i = 0; i < build->n_objects; i++) {
		if (!is_accepted(&build->objects[i]))
			continue;
		r = judge_object(build, &build->objects[i]);
		if (r < 0)
			return r;
		any |= r;
	}
	for (size_t i = 0; resolver_module(build->resolver, i, &module); i++) {
		if (!module.is_needed)
			continue;
		r = be_first_for(build, module.name, NULL, "its symbols are used by other code of",
				 build->manifest->name);
		if (r < 0)
			return r;
		any |= r;
	}
	return any;
}

/* What is told was told when they were compared first. */
static int compare_again(struct build *build)
{
	int r = 0;

	resolver_forget_needs(build->resolver);
	for (size_t i = 0; r == 0 && i < build->n_objects; i++)
		if (is_accepted(&build->objects[i]))
			r = build_diff_again(build, &build->objects[i]);
	return r;
}

int build_settle_late(struct build *build)
{
	int r;

	if (build->verdict != DIFF_ACCEPTED || late_of(build) == LATE_NEVER)
		return 0;
	for (;;) {
		r = judge_all(build);
		if (r <= 0)
			break;
		r = compare_again(build);
		if (r < 0)
			break;
	}
	if (r < 0)
		return r;
	return build->n_first && late_of(build) == LATE_REQUIRE ? -EINVAL : 0;
}

void build_first_done(struct build *build)
{
	for (size_t i = 0; i < build->n_first; i++) {
		free(build->first[i].module);
		free(build->first[i].why);
	}
	free(build->first);
}
