// SPDX-License-Identifier: GPL-2.0
/* The patch is applied, and what it touches compiled as it is and patched. */
#include "build-steps.h"

#include <string.h>

#include "../lib/fileio.h"
#include "../lib/strv.h"
#include "build-new.h"
#include "base/files.h"
#include "source/headers.h"
#include "source/overlay.h"

/* Empty, of a file that the patch adds. */
static int read_original(struct build *build, const char *path, char **ret, size_t *ret_size)
{
	_cleanup_free_ char *full = NULL;
	int r;

	if (strv_contains(build->affected.created, path)) {
		*ret = strdup("");
		*ret_size = 0;
		return *ret ? 0 : -ENOMEM;
	}
	r = string_format(&full, "%s/%s", build->source, path);
	r = r ?: file_read(full, SOURCE_MAX, ret, ret_size);
	if (r < 0)
		diag_error(&build->diags, KM102, r, "%s: %s", full ?: path, strerror(-r));
	return r;
}

int build_apply_to_file(struct build *build, const char *path)
{
	_cleanup_(source_text_done) struct source_text source = {0};
	_cleanup_free_ char *text = NULL, *patched = NULL;
	size_t size;
	int r;

	r = read_original(build, path, &text, &size);
	if (r < 0)
		return r;
	r = source_text_split(text, size, &source);
	for (size_t i = 0; r == 0 && i < build->n_patches; i++) {
		const struct patch_text *patch = build->patches[i];

		for (size_t k = 0; r == 0 && k < patch->n_files; k++)
			if (strcmp(patch->files[k].path, path) == 0)
				r = source_text_apply(&source, patch, &patch->files[k],
						      &build->diags);
	}
	if (strv_contains(build->affected.makefiles, path))
		r = r ?: source_text_join(&source, &patched, &size);
	else
		r = r ?: source_text_write(&source, &patched, &size);
	r = r ?: overlay_replace(build->source, build->overlay, path, patched, size);
	return r;
}

int build_apply_patches(struct build *build)
{
	int r, result = 0;

	STEP(build, STEP_APPLY, 0, "applying %s", build->options->input);
	r = affected_find(build->kernel, build->patches, build->n_patches, &build->diags,
			  &build->affected);
	if (r < 0)
		return r;
	for (char **path = build->affected.touched; *path; path++) {
		r = build_apply_to_file(build, *path);
		if (r < 0)
			result = r;
	}
	for (char **path = build->affected.makefiles; path && *path; path++) {
		r = build_apply_to_file(build, *path);
		if (r < 0)
			result = r;
	}
	return result ?: build_check_makefiles(build);
}

/* A patched header may be reached from a file's folder by a path with "..". */
static int add_folder(struct build *build, const char *source)
{
	_cleanup_free_ char *folder = NULL;
	const char *slash = strrchr(source, '/');
	int r;

	r = string_format(&folder, "%.*s", slash ? (int)(slash - source) : 0, source);
	return r ?: overlay_add_folder(build->source, build->overlay, folder);
}

/* The folder that kbuild compiles it for: of arch/x86/kvm/../../../virt/kvm/x.o the first one. */
static int add_target_folder(struct build *build, const struct compiled *original)
{
	const char *target = original->object + strlen(build->tree->output) + 1;
	const char *outside = strstr(target, "/../");
	_cleanup_free_ char *folder = strndup(target, outside ? outside - target : 0);

	if (!folder)
		return -ENOMEM;
	return outside ? overlay_add_folder(build->source, build->overlay, folder) : 0;
}

int build_add_folders(struct build *build, const struct compiled *original)
{
	int r = add_folder(build, original->source);

	return r < 0 || original->place ? r : add_target_folder(build, original);
}

int build_add_object(struct build *build, struct tree_original *original, bool is_indirect)
{
	struct build_object *object = &build->objects[build->n_objects];
	int r;

	r = string_format(&object->patched, "%s/patched%zu.o", build->scratch.path,
			  build->n_objects);
	r = r     ?:
		    string_format(&object->part, "%s/part%zu.o", build->scratch.path,
				  build->n_objects);
	object->is_indirect = is_indirect;
	object->original = original->compiled;
	original->compiled = (struct compiled){0};
	build->n_objects++;
	return r ?: build_add_folders(build, &object->original);
}

static int add_new_object(struct build *build, const char *source)
{
	struct tree_original original = {.source = source};
	int r;

	r = build_compile_new(build, source, &original.compiled);
	r = r ?: build_add_object(build, &original, /* is_indirect= */ false);
	if (r == 0)
		build->objects[build->n_objects - 1].is_new = true;
	compiled_done(&original.compiled);
	return r;
}

static int is_not_compiled(struct build *build, const struct tree_original *original)
{
	const struct diag_where where = {.file = original->source};

	if (original->status != -EINVAL || !original->is_optional)
		return original->status;
	return diag_add(&build->diags, KM304, DIAG_REFUSAL, -EINVAL, &where,
			"no Makefile names it, and it does not compile in the configuration of %s",
			build->kernel->release);
}

/*
 * A file that only uses what changed in a header, or that no Makefile names, may not be part of
 * this kernel after all: its folder may not be, and then it need not even compile.
 */
static int compile_originals(struct build *build, char *const *sources, bool is_indirect,
			     struct tree_original *originals, size_t n)
{
	int r;

	for (size_t i = 0; i < n; i++)
		originals[i] = (struct tree_original){
			.source = sources[i],
			.is_optional = is_indirect ||
				       strv_contains(build->affected.unlisted, sources[i]),
		};
	if (n == 1)
		STEP(build, STEP_COMPILE_ORIGINAL, 1, "compiling %s", originals[0].source);
	else
		STEP(build, STEP_COMPILE_ORIGINAL, n, "compiling %zu files as they are", n);
	r = tree_compile_originals(build->tree, originals, n, &build->diags);
	for (size_t i = 0; r == 0 && !is_indirect && i < n; i++)
		r = is_not_compiled(build, &originals[i]);
	for (size_t i = 0; r == 0 && i < n; i++)
		if (originals[i].status == 0)
			r = build_add_object(build, &originals[i], is_indirect);
	for (size_t i = 0; i < n; i++)
		compiled_done(&originals[i].compiled);
	return r;
}

/* A header's change that leaves the files behind which use it. */
static int indirect_hint(const struct build *build, char **ret)
{
	char **headers = build->affected.headers;

	if (!headers)
		return 0;
	return string_format(
		ret, "it uses what %s%s changes: its own change has to be part of the patch, too",
		headers[0], headers[1] ? " or another header" : "");
}

int build_compile_patched(struct build *build, struct build_object *objects, size_t n)
{
	_cleanup_free_ struct tree_patched *patched = calloc(n + 1, sizeof(*patched));
	_cleanup_free_ char *hint = NULL;
	int r;

	r = patched ? indirect_hint(build, &hint) : -ENOMEM;
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		patched[i] = (struct tree_patched){
			.original = &objects[i].original,
			.object = objects[i].patched,
			.hint = objects[i].is_indirect ? hint : NULL,
		};
	if (n == 1)
		STEP(build, STEP_COMPILE_PATCHED, 1, "compiling %s, patched",
		     objects[0].original.source);
	else
		STEP(build, STEP_COMPILE_PATCHED, n, "compiling %zu files, patched", n);
	r = tree_compile_patched(build->tree, patched, n, &build->diags);
	for (size_t i = 0; r == 0 && !build->options->module_source && i < n; i++) {
		_cleanup_free_ char *list = NULL;

		r = string_format(&list, "%s.d", objects[i].patched);
		r = r     ?:
			    headers_check_dependencies(build->kernel, &build->affected, list,
						       &build->diags);
	}
	return r;
}

int build_open_tree(struct build *build)
{
	const struct tree_options options = {
		.scratch = build->scratch.path,
		.patched_options = build->compile_options,
		.launcher = &build->launcher,
		.jobs = build->options->jobs,
		.progress = &build->progress,
	};

	STEP(build, STEP_PREPARE, 0, "preparing to compile");
	return tree_open(build->kernel, &options, &build->diags, &build->tree);
}

int build_compile(struct build *build, char *const *sources, size_t n, bool is_indirect)
{
	size_t first = build->n_objects, n_new;
	_cleanup_free_ struct tree_original *originals = calloc(n + 1, sizeof(*originals));
	struct build_object *objects;
	int r;

	n_new = is_indirect ? 0 : strv_length(build->affected.added);
	if (n + n_new == 0)
		return 0;
	objects = reallocarray(build->objects, first + n + n_new + 1, sizeof(*objects));
	if (objects)
		build->objects = objects;
	if (!objects || !originals)
		return -ENOMEM;
	memset(objects + first, 0, (n + n_new + 1) * sizeof(*objects));
	r = compile_originals(build, sources, is_indirect, originals, n);
	for (char **path = build->affected.added; r == 0 && !is_indirect && path && *path; path++)
		r = add_new_object(build, *path);
	if (r < 0 || build->n_objects == first)
		return r;
	return build_compile_patched(build, objects + first, build->n_objects - first);
}

void build_tell_of_compiling(struct build *build)
{
	launcher_tell(&build->launcher, &build->diags);
	if (cache_counts(build->tree->cache).damaged)
		diag_add(&build->diags, KM342, DIAG_NOTE, 0, NULL, "%u compiled anew",
			 cache_counts(build->tree->cache).damaged);
}
