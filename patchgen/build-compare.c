// SPDX-License-Identifier: GPL-2.0
/* What was compiled is compared, proven, and what there is to say of it told. */
#include "build-steps.h"

#include <string.h>

#include "../lib/fileio.h"
#include "../lib/strv.h"
#include "build-new.h"
#include "base/files.h"
#include "base/run.h"
#include "source/declarations.h"
#include "source/headers.h"

/* Files reached through headers that are tried before all others. */
#define FIRST_INDIRECT 8

const char *build_path_in_source(const struct build *build, const char *path)
{
	size_t n = strlen(build->overlay);

	if (path && strncmp(path, build->overlay, n) == 0 && path[n] == '/')
		return path + n + 1;
	n = strlen(build->source);
	if (path && strncmp(path, build->source, n) == 0 && path[n] == '/')
		return path + n + 1;
	/* Debug information has paths relative to the compile folder. */
	while (path && strncmp(path, "./", 2) == 0)
		path += 2;
	return path;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/*
 * A header's structure is the same for each object that uses it; and what no object of the patch
 * defines has been told as missing already.
 */
static bool is_told(const struct diag_list *list, const struct diag *diag, const char *file)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct diag *other = &list->items[i];

		if (other->code == KM314 && (diag->code == KM314 || diag->code == KM220) &&
		    same_text(other->symbol, diag->symbol))
			return true;
		if (other->code == diag->code && other->line == diag->line &&
		    same_text(other->symbol, diag->symbol) && same_text(other->file, file) &&
		    same_text(other->message, diag->message))
			return true;
	}
	return false;
}

static int copy_diags(struct build *build, const struct diag_list *from)
{
	int result = 0;

	for (size_t i = 0; i < from->n; i++) {
		const struct diag *diag = &from->items[i];
		const struct diag_where where = {diag->symbol, diag->section,
						 build_path_in_source(build, diag->file),
						 diag->line};
		bool is_fatal = diag->severity == DIAG_ERROR || diag->severity == DIAG_REFUSAL;

		if (is_fatal)
			result = -EINVAL;
		if (is_told(&build->diags, diag, where.file))
			continue;
		diag_add_hint(&build->diags, diag->code, diag->severity, 0, &where, diag->hint,
			      "%s", diag->message ?: diag_code_text(diag->code));
	}
	return result;
}

/* Each function that is not proven is told. */
static int prove(struct build *build, struct build_object *object, char *const *functions, size_t n)
{
	int result = 0;

	for (size_t i = 0; i < n; i++) {
		int r = resolver_prove(build->resolver, functions[i], &build->diags), added;

		added = strv_append(r > 0 ? &object->verified : &object->unproven, functions[i]);
		if (added < 0)
			return added;
		if (r < 0)
			result = r;
	}
	return result;
}

static int run_diff(struct build *build, const struct build_object *object, struct diff_result *ret)
{
	const struct diff_options options = {
		.orig_path = object->original.object,
		.patched_path = object->patched,
		.out_path = object->part,
		.object = object->original.module,
		.source = object->original.source,
		.orig_folder = build->source,
		.patched_folder = build->overlay,
		.compare_layouts = build->affected.headers,
		.resolver = build->resolver,
		.overrides = &build->overrides,
		.is_late = object->original.is_module &&
			   build_is_late(build, object->original.module),
	};

	return diff_objects(&options, ret);
}

int build_diff_again(struct build *build, struct build_object *object)
{
	struct diff_result result;
	int r;

	r = resolver_set_object(build->resolver, build->tree, &object->original, &build->diags);
	if (r < 0)
		return r;
	r = run_diff(build, object, &result);
	if (r == 0)
		r = copy_diags(build, &result.diags);
	if (r == 0 && result.verdict != DIFF_ACCEPTED)
		r = -EINVAL;
	diff_result_done(&object->diff);
	object->diff = result;
	return r;
}

static int diff_object(struct build *build, struct build_object *object)
{
	int r, copied;

	object->diff.verdict = DIFF_NO_CHANGE;
	r = resolver_set_object(build->resolver, build->tree, &object->original,
				object->is_indirect ? NULL : &build->diags);
	if (r == -ENOENT && object->is_indirect)
		return 0;
	if (r < 0)
		return r;
	r = run_diff(build, object, &object->diff);
	copied = copy_diags(build, &object->diff.diags);
	resolver_counts(build->resolver, &object->n_functions, &object->n_proven);
	if (r < 0 || copied < 0)
		return r < 0 ? r : copied;
	resolver_shipped(build->resolver, &object->shipped, &object->shipped_build_id);
	r = prove(build, object, object->diff.changed, object->diff.n_changed);
	r = prove(build, object, object->diff.callers, object->diff.n_callers) ?: r;
	resolver_counts(build->resolver, &object->n_functions, &object->n_proven);
	return r;
}

static bool mentions(const char *folder, const char *path, const char *name)
{
	_cleanup_free_ char *full = NULL, *text = NULL;
	size_t size;

	return string_format(&full, "%s/%s", folder, path) == 0 &&
	       file_read(full, SOURCE_MAX, &text, &size) == 0 && text_mentions(text, size, name);
}

/* Of what neither the kernel nor the patch has: which header of the patch tells of it. */
static void explain_missing(struct build *build)
{
	for (size_t i = 0; i < build->diags.n; i++) {
		struct diag *diag = &build->diags.items[i];
		char *hint;

		for (char **path = build->affected.headers; path && *path; path++) {
			if (diag->code != KM314 || !diag->symbol ||
			    !mentions(build->overlay, *path, diag->symbol) ||
			    mentions(build->source, *path, diag->symbol) ||
			    string_format(&hint,
					  "%s of this patch declares it: the C file that defines "
					  "it has to be part of the patch, too",
					  *path) < 0)
				continue;
			free(diag->hint);
			diag->hint = hint;
			break;
		}
	}
}

/* Nothing changes that could call what is new. */
static void explain_unused(struct build *build)
{
	for (size_t i = 0; i < build->n_objects; i++) {
		const struct build_object *object = &build->objects[i];

		for (size_t k = 0; k < object->diff.n_added; k++) {
			const struct diag_where where = {.symbol = object->diff.added[k],
							 .file = object->original.source};

			diag_add(&build->diags, KM244, DIAG_WARNING, 0, &where,
				 "%s() is new, but nothing changes that would call it",
				 object->diff.added[k]);
		}
	}
}

/* Every object's verdict is told, also after one was refused. */
static int diff(struct build *build, size_t first)
{
	size_t n = build->n_objects - first;
	int result = 0;

	if (n == 0)
		return 0;
	for (size_t i = first; result == 0 && i < build->n_objects; i++)
		result = resolver_add_new_symbols(build->resolver, &build->objects[i].original,
						  build->objects[i].patched, &build->diags);
	if (result < 0)
		return result;
	if (n == 1)
		STEP(build, STEP_COMPARE, 0, "comparing %s", build->objects[first].original.source);
	else
		STEP(build, STEP_COMPARE, n, "comparing %zu objects", n);
	for (size_t i = first; i < build->n_objects; i++) {
		struct build_object *object = &build->objects[i];
		int r;

		progress_update(&build->progress, i - first);
		r = run_interrupted() ? -EINTR : diff_object(build, object);
		if (r < 0)
			result = r;
		/* New functions are never called but by changed ones, and as callbacks. */
		if (object->diff.verdict == DIFF_ACCEPTED &&
		    (object->diff.n_changed || object->diff.has_callbacks))
			build->verdict = DIFF_ACCEPTED;
	}
	explain_missing(build);
	return result;
}

static int compare(struct build *build, char *const *sources, size_t n, bool is_indirect)
{
	size_t first = build->n_objects;
	int r = build_compile(build, sources, n, is_indirect);

	return r ?: diff(build, first);
}

static int compare_indirect(struct build *build, char *const *sources, size_t n)
{
	_cleanup_strv_ char **changed = NULL;
	int r = build_leave_out(build, sources, n, &changed);

	return r ?: compare(build, changed, strv_length(changed), /* is_indirect= */ true);
}

/*
 * The files that the patch itself changes come first, then a few of those that its headers reach,
 * which may be hundreds: there is no need to compile all where the first are refused.
 */
static int compare_batches(struct build *build)
{
	struct affected *affected = &build->affected;
	size_t n, n_indirect;
	int r = 0;

	if (affected->n_direct > 0)
		r = compare(build, affected->sources, affected->n_direct, /* is_indirect= */ false);
	if (r < 0 || !affected->headers)
		return r;
	STEP(build, STEP_HEADERS, 0, "following the change of %s", affected->headers[0]);
	r = headers_follow(build->kernel, build->overlay, affected, &build->diags);
	n_indirect = strv_length(affected->sources) - affected->n_direct;
	/* That they reach too much is not all that is to be said where a layout changes. */
	if (r == -EINVAL && n_indirect > 0)
		compare_indirect(build, affected->sources + affected->n_direct,
				 n_indirect < FIRST_INDIRECT ? n_indirect : FIRST_INDIRECT);
	for (size_t i = 0; r == 0 && i < n_indirect; i += n) {
		n = i == 0 ? FIRST_INDIRECT : n_indirect - i;
		if (n > n_indirect - i)
			n = n_indirect - i;
		r = compare_indirect(build, affected->sources + affected->n_direct + i, n);
	}
	return r;
}

static int compare_outside(struct build *build)
{
	int r = build_compile_outside(build);

	return r ?: diff(build, 0);
}

int build_compare(struct build *build)
{
	int r;

	build->verdict = DIFF_NO_CHANGE;
	r = build->options->module_source ? compare_outside(build) : compare_batches(build);

	/* What objects that were not compared need is not known. */
	r = r ?: build_check_used(build);
	r = r ?: build_settle_late(build);
	if (r == 0 && overrides_refuse_stale(&build->overrides, &build->diags))
		r = -EINVAL;
	r = overrides_write(&build->overrides, build->manifest) ?: r;
	if (r == 0 && build->verdict == DIFF_NO_CHANGE)
		explain_unused(build);
	return r;
}
