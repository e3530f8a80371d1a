// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <string.h>

#include "../lib/fileio.h"
#include "../lib/strv.h"
#include "compile/author.h"
#include "build-input.h"
#include "build-new.h"
#include "build-steps.h"
#include "source/declarations.h"
#include "compile/fidelity.h"
#include "base/files.h"
#include "source/headers.h"
#include "source/overlay.h"
#include "result.h"
#include "base/run.h"

#define SOURCE_MAX (16UL * 1024 * 1024)

/* A folder that is kept for a person has another name than those that are cleaned. */
#define KEPT_PREFIX BUILD_SCRATCH_PREFIX "kept-"

/* Files reached through headers that are tried before all others. */
#define FIRST_INDIRECT 8

static enum diag_severity mismatch_severity(const struct build_options *options)
{
	return options->verify == VERIFY_REQUIRE ? DIAG_REFUSAL : DIAG_WARNING;
}

static int open_kernel(struct build *build)
{
	const struct build_options *options = build->options;
	int r;

	if (options->release)
		r = kernel_open(options->release, &build->diags, &build->kernel);
	else
		r = kernel_open_paths(&options->paths, &build->diags, &build->kernel);
	if (r < 0)
		return r;
	build->source = build->kernel->source;
	STEP(build, STEP_IMAGE, 0, "reading the image of %s", build->kernel->release);
	r = image_open(build->kernel, options->symbols, &build->diags, &build->image);
	r = r     ?:
		    fidelity_check_source(build->kernel, build->image, mismatch_severity(options),
					  &build->diags);
	r = r     ?:
		    resolver_new(build->kernel, build->image, options->verify, &build->diags,
				 &build->resolver);
	return r;
}

/* By default with the hash that the kernel's own modules are signed with. */
static int open_signer(struct build *build)
{
	struct sign_options options = build->options->sign;
	_cleanup_free_ char *hash = NULL;

	if (!options.key)
		return 0;
	if (!options.hash &&
	    kernel_config_string(build->kernel, "CONFIG_MODULE_SIG_HASH", &hash) == 0)
		options.hash = hash;
	return signer_open(&options, &build->diags, &build->signer);
}

const char *build_scratch_parent(void)
{
	const char *folder = getenv("TMPDIR");

	return folder && *folder == '/' ? folder : "/tmp";
}

static int make_scratch(struct build *build)
{
	const char *folder = build_scratch_parent();
	int r;

	if (!path_is_plain(folder))
		return diag_error(&build->diags, KM103, -EINVAL,
				  "%s: kbuild cannot work with the characters in this path",
				  folder);
	scratch_clean(folder, BUILD_SCRATCH_PREFIX);
	r = scratch_make(folder, build->options->keep ? KEPT_PREFIX : BUILD_SCRATCH_PREFIX,
			 &build->scratch);
	if (r < 0)
		return diag_error(&build->diags, KM103, r, "%s: %s", folder, strerror(-r));
	return string_format(&build->overlay, "%s/" TREE_OVERLAY, build->scratch.path);
}

static int make_author_headers(struct build *build)
{
	return author_prepare(build->scratch.path, build->manifest->name, &build->compile_options);
}

/* Told at once, not after minutes of compiling. */
static int check_output(struct build *build)
{
	const char *output = build->options->output;
	int r;

	r = folder_make(output, 0755);
	if (r == 0 && access(output, W_OK) < 0)
		r = -errno;
	if (r == 0)
		scratch_clean(output, STAGING_PREFIX);
	if (r < 0)
		return diag_error(&build->diags, KM103, r, "%s: %s", output, strerror(-r));
	return 0;
}

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

static int apply_patches(struct build *build)
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
	r = r ?: add_folder(build, object->original.source);
	if (r < 0 || object->original.place)
		return r;
	return add_target_folder(build, &object->original);
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

static int open_tree(struct build *build)
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

static int compile(struct build *build, char *const *sources, size_t n, bool is_indirect)
{
	size_t first = build->n_objects, n_new;
	_cleanup_free_ struct tree_original *originals = calloc(n + 1, sizeof(*originals));
	struct build_object *objects;
	int r;

	n_new = is_indirect ? 0 : strv_length(build->affected.added);
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

static void tell_of_compiling(struct build *build)
{
	launcher_tell(&build->launcher, &build->diags);
	if (cache_counts(build->tree->cache).damaged)
		diag_add(&build->diags, KM342, DIAG_NOTE, 0, NULL, "%u compiled anew",
			 cache_counts(build->tree->cache).damaged);
}

/* The debug information names the patched files by their place in the overlay. */
static const char *path_in_source(const struct build *build, const char *path)
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
						 path_in_source(build, diag->file), diag->line};
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

static int diff_object(struct build *build, struct build_object *object)
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
	};
	int r, copied;

	object->diff.verdict = DIFF_NO_CHANGE;
	r = resolver_set_object(build->resolver, build->tree, &object->original,
				object->is_indirect ? NULL : &build->diags);
	if (r == -ENOENT && object->is_indirect)
		return 0;
	if (r < 0)
		return r;
	r = diff_objects(&options, &object->diff);
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
	int r = compile(build, sources, n, is_indirect);

	return r ?: diff(build, first);
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
	for (size_t i = 0; r == 0 && i < n_indirect; i += n) {
		n = i == 0 ? FIRST_INDIRECT : n_indirect - i;
		if (n > n_indirect - i)
			n = n_indirect - i;
		r = compare(build, affected->sources + affected->n_direct + i, n,
			    /* is_indirect= */ true);
	}
	return r;
}

static int compare_outside(struct build *build)
{
	int r = build_compile_outside(build);

	return r ?: diff(build, 0);
}

static int compare_all(struct build *build)
{
	int r;

	build->verdict = DIFF_NO_CHANGE;
	r = build->options->module_source ? compare_outside(build) : compare_batches(build);

	/* What objects that were not compared need is not known. */
	r = r ?: build_check_used(build);
	if (r == 0 && overrides_refuse_stale(&build->overrides, &build->diags))
		r = -EINVAL;
	r = overrides_write(&build->overrides, build->manifest) ?: r;
	if (r == 0 && build->verdict == DIFF_NO_CHANGE)
		explain_unused(build);
	return r;
}

static int link_module(struct build *build)
{
	_cleanup_free_ char *folder = NULL;
	_cleanup_free_ char **parts = calloc(build->n_objects + 1, sizeof(char *));
	struct module_parts options;
	size_t n = 0;
	int r;

	if (!parts)
		return -ENOMEM;
	STEP(build, STEP_LINK, 0, "linking %s.ko", build->manifest->name);
	for (size_t i = 0; i < build->n_objects; i++)
		if (build->objects[i].diff.verdict == DIFF_ACCEPTED)
			parts[n++] = build->objects[i].part;
	r = string_format(&folder, "%s/module", build->scratch.path);
	r = r ?: folder_make(folder, 0755);
	r = r ?: build_complete_manifest(build);
	if (r < 0)
		return r;
	options = (struct module_parts){
		.tree = build->tree,
		.compiled = &build->objects[0].original,
		.name = build->manifest->name,
		.version = build->manifest->version,
		.build_id = build->image->build_id,
		.manifest = build->manifest_text,
		.manifest_size = build->manifest_size,
		.objects = parts,
		.namespaces = resolver_namespaces(build->resolver),
		.symvers = build->outside.symvers,
		.needed = build->needed,
		.folder = folder,
	};
	return module_link(&options, &build->diags, &build->module);
}

static int run_steps(struct build *build)
{
	int r;

	r = build_read_input(build);
	r = r ?: launcher_open(build->options->launcher, &build->diags, &build->launcher);
	r = r ?: check_output(build);
	if (build->options->verify != VERIFY_REQUIRE)
		diag_add(
			&build->diags, KM330, DIAG_WARNING, 0, NULL,
			"--verify=%s: a function may be replaced that is another one in the kernel",
			verify_name(build->options->verify));
	r = r ?: open_kernel(build);
	r = r ?: open_signer(build);
	r = r ?: make_scratch(build);
	r = r ?: make_author_headers(build);
	if (!build->options->module_source)
		r = r ?: apply_patches(build);
	r = r ?: open_tree(build);
	r = r     ?:
		    fidelity_check_compiler(build->tree, mismatch_severity(build->options),
					    &build->diags);
	r = r ?: compare_all(build);
	if (r == 0)
		tell_of_compiling(build);
	if (r < 0 || build->verdict == DIFF_NO_CHANGE)
		return r;
	r = link_module(build);
	if (r < 0)
		return r;
	steps_next(&build->steps, STEP_WRITE);
	return result_write(build);
}

int build_run(const struct build_options *options, struct build *build)
{
	int r;

	*build = (struct build){.options = options, .verdict = DIFF_REFUSED, .scratch.fd = -1};
	progress_init(&build->progress, options->quiet);
	build->started = run_clock_ms();
	steps_begin(&build->steps, STEP_INPUT);
	r = run_steps(build);
	if (r < 0 && run_interrupted()) {
		/* What failed because its program was ended is no news. */
		diag_list_done(&build->diags);
		diag_error(&build->diags, KM316, r, "interrupted");
	}
	if (r == -ENOMEM && build->diags.n == 0)
		diag_error(&build->diags, KM104, r, "out of memory");
	else if (r < 0 && build->diags.n == 0)
		diag_error(&build->diags, KM103, r, "%s", strerror(-r));
	progress_end(&build->progress, r == 0);
	steps_end(&build->steps);
	build->milliseconds = run_clock_ms() - build->started;
	return r;
}

void build_done(struct build *build)
{
	for (size_t i = 0; i < build->n_objects; i++) {
		compiled_done(&build->objects[i].original);
		free(build->objects[i].patched);
		free(build->objects[i].part);
		strv_free(build->objects[i].verified);
		strv_free(build->objects[i].unproven);
		diff_result_done(&build->objects[i].diff);
	}
	free(build->objects);
	outside_done(&build->outside);
	affected_done(&build->affected);
	for (size_t i = 0; i < build->n_patches; i++)
		patch_text_free(build->patches[i]);
	free(build->patches);
	module_result_done(&build->module);
	manifest_free(build->manifest);
	resolver_free(build->resolver);
	tree_free(build->tree);
	image_free(build->image);
	kernel_free(build->kernel);
	scratch_done(&build->scratch, build->options->keep);
	launcher_done(&build->launcher);
	if (build->signer)
		signer_close(build->signer);
	signature_done(&build->signature);
	free(build->overlay);
	free(build->compile_options);
	overrides_done(&build->overrides);
	strv_free(build->needed);
	free(build->manifest_text);
	free(build->result);
	diag_list_done(&build->diags);
}
