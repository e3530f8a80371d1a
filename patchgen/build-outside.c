// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "../lib/strv.h"
#include "build-steps.h"
#include "base/files.h"

static bool ends_with(const char *s, const char *suffix)
{
	size_t n = strlen(s), n_suffix = strlen(suffix);

	return n >= n_suffix && strcmp(s + n - n_suffix, suffix) == 0;
}

static int refuse(struct build *build, enum diag_code code, const char *path, const char *what)
{
	const struct diag_where where = {.file = path};

	return diag_add(&build->diags, code, DIAG_REFUSAL, -EINVAL, &where, "%s", what);
}

/* Some object has to be made of it: kbuild has said of what each is. */
static int touch(struct build *build, const struct patch_file *file)
{
	const struct outside *outside = &build->outside;
	bool is_used = false;

	if (file->is_new || file->is_deleted)
		return refuse(build, KM305, file->path,
			      file->is_new ? "a new file cannot be added yet" :
					     "a file that is removed");
	for (size_t i = 0; i < outside->n_objects; i++)
		is_used |= outside_uses(outside, &outside->objects[i], file->path);
	if (!is_used && (ends_with(file->path, ".c") || ends_with(file->path, ".h")))
		return refuse(build, KM304, file->path,
			      "nothing of the module is compiled from it");
	if (!is_used)
		return refuse(build, KM305, file->path, "neither a C file nor a header");
	if (strv_contains(build->affected.touched, file->path))
		return 0;
	if (ends_with(file->path, ".h") && strv_append(&build->affected.headers, file->path) < 0)
		return -ENOMEM;
	return strv_append(&build->affected.touched, file->path);
}

static int apply(struct build *build)
{
	int r = 0, result = 0;

	for (size_t i = 0; i < build->n_patches; i++)
		for (size_t k = 0; k < build->patches[i]->n_files; k++)
			result = touch(build, &build->patches[i]->files[k]) ?: result;
	for (char **path = build->affected.touched; result == 0 && path && *path; path++)
		r = build_apply_to_file(build, *path) ?: r;
	return result ?: r;
}

static bool is_affected(const struct build *build, const struct outside_object *object)
{
	for (char **path = build->affected.touched; path && *path; path++)
		if (outside_uses(&build->outside, object, *path))
			return true;
	return false;
}

/* The object changes hands. */
static int take(struct build *build, struct outside_object *from)
{
	struct tree_original original = {.source = from->compiled.source,
					 .compiled = from->compiled};
	bool is_touched = strv_contains(build->affected.touched, from->compiled.source);

	from->compiled = (struct compiled){0};
	return build_add_object(build, &original, /* is_indirect= */ !is_touched);
}

int build_compile_outside(struct build *build)
{
	const struct build_options *options = build->options;
	struct outside *outside = &build->outside;
	int r;

	STEP(build, STEP_COMPILE_ORIGINAL, 0, "compiling %s", options->module_source);
	r = outside_compile(build->tree, options->module_source, build->scratch.path,
			    build->overlay, &build->diags, outside);
	if (r < 0)
		return r;
	build->source = outside->place.source;
	r = resolver_add_module(build->resolver, options->module, outside->symvers, &build->diags);
	if (r < 0)
		return r;
	STEP(build, STEP_APPLY, 0, "applying %s", options->input);
	r = apply(build);
	if (r < 0)
		return r;
	build->objects = calloc(outside->n_objects + 1, sizeof(*build->objects));
	if (!build->objects)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < outside->n_objects; i++)
		if (is_affected(build, &outside->objects[i]))
			r = take(build, &outside->objects[i]);
	return r ?: build_compile_patched(build, build->objects, build->n_objects);
}
