// SPDX-License-Identifier: GPL-2.0
/* Which of the files that headers reach can be left out, as they are no other with the patch. */
#include "build-steps.h"

#include <string.h>

#include "../lib/strv.h"
#include "base/files.h"
#include "source/headers.h"

/* Files of some megabytes that are there at the same time. */
#define FILES_MAX 64

static int name_outputs(struct build *build, struct tree_preprocessed *files, size_t n)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = string_format(&files[i].output, "%s/preprocessed%zu.i", build->scratch.path, i);
	return r;
}

/* One that does not see the patched header is no reason to believe that nothing changes. */
static int check_dependencies(struct build *build, const struct tree_preprocessed *file)
{
	_cleanup_free_ char *list = NULL;
	int r;

	r = string_format(&list, "%s.d", file->output);
	return r     ?:
		       headers_check_dependencies(build->kernel, &build->affected, list,
						  &build->diags);
}

static int sort(struct build *build, const struct tree_preprocessed *file, char ***changed)
{
	int r;

	if (file->status < 0 || !file->is_same)
		return strv_append(changed, file->source);
	r = check_dependencies(build, file);
	return r ?: strv_append(&build->left_out, file->source);
}

static bool includes_plain(const struct build *build, const struct tree_preprocessed *file)
{
	for (char **path = file->dependencies; path && *path; path++)
		if (strv_contains(build->affected.plain, *path))
			return true;
	return false;
}

/*
 * What changes in the text of a header under no condition is seen by all who include it: to
 * preprocess them costs a fifth of compiling them, and tells nothing. Unless it is hidden by a
 * macro, as the first files show.
 */
static bool is_other(const struct build *build, const struct tree_preprocessed *file)
{
	return build->n_preprocessed > 0 && !build->is_change_hidden && includes_plain(build, file);
}

static bool is_change_hidden(const struct build *build, const struct tree_preprocessed *files,
			     size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (files[i].is_same && includes_plain(build, &files[i]))
			return true;
	return false;
}

static int leave_out(struct build *build, char *const *sources, size_t n, char ***changed)
{
	struct tree_preprocessed files[FILES_MAX] = {0};
	int r;

	for (size_t i = 0; i < n; i++)
		files[i].source = sources[i];
	r = name_outputs(build, files, n);
	r = r ?: tree_preprocess_originals(build->tree, files, n, &build->diags);
	for (size_t i = 0; r == 0 && i < n; i++)
		if (files[i].status == 0)
			r = build_add_folders(build, &files[i].original);
	for (size_t i = 0; i < n; i++)
		files[i].is_other = is_other(build, &files[i]);
	r = r ?: tree_preprocess_patched(build->tree, files, n, &build->diags);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = sort(build, &files[i], changed);
	build->n_preprocessed += n;
	build->is_change_hidden = build->is_change_hidden || is_change_hidden(build, files, n);
	for (size_t i = 0; i < n; i++)
		tree_preprocessed_done(&files[i]);
	return r;
}

int build_leave_out(struct build *build, char *const *sources, size_t n, char ***ret)
{
	_cleanup_strv_ char **changed = NULL;
	int r = 0;

	for (size_t i = 0, some; r == 0 && i < n; i += some) {
		some = n - i < FILES_MAX ? n - i : FILES_MAX;
		STEP(build, STEP_PREPROCESS, some, "preprocessing %zu files that headers reach",
		     some);
		r = leave_out(build, sources + i, some, &changed);
	}
	if (r < 0)
		return r;
	*ret = TAKE_PTR(changed);
	return 0;
}
